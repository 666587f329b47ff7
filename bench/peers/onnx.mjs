// LeNet-5 as an ONNX file, with weights by PyTorch's names; only those fields of the format that such a network needs.
// Field numbers: onnx/onnx, onnx/onnx.proto3; operators: onnx/onnx, docs/Operators.md, version 13.
import protobuf from 'protobufjs';

const { root } = protobuf.parse(`syntax = "proto3";
  message Model { int64 ir_version = 1; string producer_name = 2; Graph graph = 7; repeated OperatorSet opset_import = 8; }
  message OperatorSet { string domain = 1; int64 version = 2; }
  message Graph { repeated Node node = 1; string name = 2; repeated Tensor initializer = 5; repeated Value input = 11; repeated Value output = 12; }
  message Node { repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4; repeated Attribute attribute = 5; }
  message Attribute { string name = 1; int64 i = 3; repeated int64 ints = 8; int32 type = 20; }
  message Tensor { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
  message Value { string name = 1; Type type = 2; }
  message Type { TensorType tensor_type = 1; }
  message TensorType { int32 elem_type = 1; Shape shape = 2; }
  message Shape { repeated Dimension dim = 1; }
  message Dimension { int64 dim_value = 1; string dim_param = 2; }`);

const float32 = 1;
const [integer, integers] = [2, 7];

/** `weights`: a state dict of lenet5(). The graph takes `images` [batch, 1, 28, 28], gives `logits` [batch, 10]. */
export function lenet5Onnx(weights) {
  const pair = [{ name: 'kernel_shape', ints: [2, 2], type: integers }];
  const pool = [...pair, { name: 'strides', ints: [2, 2], type: integers }];
  const transposed = [{ name: 'transB', i: 1, type: integer }];
  const layers = [
    ['Conv', 'conv1'],
    ['Relu'],
    ['MaxPool', '', pool],
    ['Conv', 'conv2'],
    ['Relu'],
    ['MaxPool', '', pool],
    ['Flatten'],
    ['Gemm', 'fc1', transposed],
    ['Relu'],
    ['Gemm', 'fc2', transposed],
    ['Relu'],
    ['Gemm', 'fc3', transposed],
  ];
  const values = ['images', ...layers.slice(1).map(([operator], i) => `${operator}${i + 1}`), 'logits'];
  const node = layers.map(([operator, parameters, attribute = []], i) => ({
    name: `${operator}${i + 1}`,
    opType: operator,
    attribute,
    output: [values[i + 1]],
    input: [values[i], ...(parameters ? [`${parameters}.weight`, `${parameters}.bias`] : [])],
  }));
  const initializer = [...weights].map(([name, { shape, data }]) => ({
    name,
    dims: shape,
    dataType: float32,
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  }));
  const value = (name, ...sizes) => ({
    name,
    type: {
      tensorType: {
        elemType: float32,
        shape: { dim: [{ dimParam: 'batch' }, ...sizes.map((size) => ({ dimValue: size }))] },
      },
    },
  });
  const graph = {
    name: 'lenet5',
    node,
    initializer,
    input: [value('images', 1, 28, 28)],
    output: [value('logits', 10)],
  };
  const model = { irVersion: 8, producerName: 'lenet-lab', graph, opsetImport: [{ domain: '', version: 13 }] };
  const Model = root.lookupType('Model');
  return Model.encode(Model.fromObject(model)).finish();
}
