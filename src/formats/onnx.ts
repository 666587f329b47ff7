/**
 * ONNX files as plain data: a graph of operators with its tensors. What the operators mean is not known here.
 * Source: onnx/onnx, onnx.proto3, whose field numbers these are.
 */
import { elementsOf, type Tensor } from '../base/tensor.ts';
import {
  bytesField,
  type FieldBytes,
  floatField,
  integerField,
  joined,
  Message,
  messageField,
  textField,
} from './protobuf.ts';

/** A tensor of 64-bit integers, which graphs use for shapes, axes and paddings. */
export interface IntegerTensor {
  readonly shape: readonly number[];
  readonly integers: readonly number[];
}

/** A tensor in a graph: float32 or integers. */
export type OnnxTensor = Tensor | IntegerTensor;

/** An attribute of a node. `other`: of a type that is not read here, by its number in AttributeProto. */
export type OnnxAttribute =
  | { readonly integer: number }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly tensor: OnnxTensor }
  | { readonly integers: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly other: number };

/** One operator with the names of the values that it reads and writes. */
export interface OnnxNode {
  readonly name: string;
  readonly operator: string;
  /** Empty for ONNX's own operators. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A named float32 value. A size that is a text is free, such as `N`; an empty text: unknown. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

/** The graph of a model. */
export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** The shapes of values between the nodes, for viewers. */
  readonly values: readonly OnnxValue[];
}

/** A whole file. */
export interface OnnxModel {
  readonly producer: { readonly name: string; readonly version: string };
  /** The version of ONNX's own operators. */
  readonly opset: number;
  readonly graph: OnnxGraph;
  readonly metadata: ReadonlyMap<string, string>;
}

/** The format of the file, not of its operators: the version that belongs to opset 17. */
const irVersion = 8;

const floatType = 1;
const int64Type = 7;
const typeNames = [
  ...['UNDEFINED', 'FLOAT', 'UINT8', 'INT8', 'UINT16', 'INT16', 'INT32', 'INT64', 'STRING', 'BOOL', 'FLOAT16'],
  ...['DOUBLE', 'UINT32', 'UINT64', 'COMPLEX64', 'COMPLEX128', 'BFLOAT16'],
];

const attributeTypes = { float: 1, integer: 2, text: 3, tensor: 4, floats: 6, integers: 7 } as const;

/** The bytes of a file. Equal models give equal bytes. */
export function writeOnnx({ producer, opset, graph, metadata }: OnnxModel): Uint8Array {
  return joined([
    integerField(1, irVersion),
    textField(2, producer.name),
    textField(3, producer.version),
    messageField(7, graphFields(graph)),
    messageField(8, [textField(1, ''), integerField(2, opset)]),
    ...[...metadata].map(([key, value]) => messageField(14, [textField(1, key), textField(2, value)])),
  ]);
}

function graphFields({ name, nodes, initializers, inputs, outputs, values }: OnnxGraph): FieldBytes[] {
  return [
    ...nodes.map((node) => messageField(1, nodeFields(node))),
    textField(2, name),
    ...[...initializers].map(([key, tensor]) => messageField(5, tensorFields(tensor, key))),
    ...inputs.map((value) => messageField(11, valueFields(value))),
    ...outputs.map((value) => messageField(12, valueFields(value))),
    ...values.map((value) => messageField(13, valueFields(value))),
  ];
}

function nodeFields({ name, operator, domain, inputs, outputs, attributes }: OnnxNode): FieldBytes[] {
  return [
    ...inputs.map((input) => textField(1, input)),
    ...outputs.map((output) => textField(2, output)),
    textField(3, name),
    textField(4, operator),
    ...Object.entries(attributes).map(([key, attribute]) => messageField(5, attributeFields(key, attribute))),
    ...(domain === '' ? [] : [textField(7, domain)]),
  ];
}

function attributeFields(name: string, attribute: OnnxAttribute): FieldBytes[] {
  const typed = (type: number, ...fields: FieldBytes[]) => [textField(1, name), ...fields, integerField(20, type)];
  if ('integer' in attribute) return typed(attributeTypes.integer, integerField(3, attribute.integer));
  if ('float' in attribute) return typed(attributeTypes.float, floatField(2, attribute.float));
  if ('text' in attribute) return typed(attributeTypes.text, textField(4, attribute.text));
  if ('tensor' in attribute) return typed(attributeTypes.tensor, messageField(5, tensorFields(attribute.tensor, '')));
  if ('integers' in attribute)
    return typed(attributeTypes.integers, ...attribute.integers.map((integer) => integerField(8, integer)));
  if ('floats' in attribute)
    return typed(attributeTypes.floats, ...attribute.floats.map((float) => floatField(7, float)));
  throw new Error(`attribute ${name} of type ${attribute.other} cannot be written`);
}

function tensorFields(tensor: OnnxTensor, name: string): FieldBytes[] {
  const isFloat = 'data' in tensor;
  return [
    ...tensor.shape.map((size) => integerField(1, size)),
    integerField(2, isFloat ? floatType : int64Type),
    textField(8, name),
    bytesField(9, isFloat ? floatBytes(tensor.data) : int64Bytes(tensor.integers)),
  ];
}

/** Little-endian on every machine. */
function floatBytes(data: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * data.length));
  for (const [i, value] of data.entries()) view.setFloat32(4 * i, value, true);
  return new Uint8Array(view.buffer);
}

function int64Bytes(integers: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * integers.length));
  for (const [i, value] of integers.entries()) view.setBigInt64(8 * i, BigInt(value), true);
  return new Uint8Array(view.buffer);
}

function valueFields({ name, shape }: OnnxValue): FieldBytes[] {
  const sizes = shape.map((size) =>
    messageField(1, [typeof size === 'number' ? integerField(1, size) : textField(2, size)]),
  );
  const tensorType = messageField(1, [integerField(1, floatType), messageField(2, sizes)]);
  return [textField(1, name), messageField(2, [tensorType])];
}

/** The most nodes, and the most tensors, of a graph that is read. */
const mostParts = 10_000;
/** The most axes of a tensor that is read. */
const mostAxes = 8;

/**
 * Reads a file of any software. Float tensors are copied.
 * @param what names the file in errors.
 * @throws WorldError saying what is wrong: no ONNX, damaged, too many parts, numbers of another type or in another file.
 */
export function readOnnx(bytes: Uint8Array, what: string): OnnxModel {
  const file = new Message(bytes, what);
  const graph = file.message(7);
  if (!graph || file.integer(1) === undefined) throw file.damaged('it holds no ONNX model');
  const opsets = file.messages(8).filter((each) => ['', 'ai.onnx'].includes(each.text(1)));
  return {
    producer: { name: file.text(2), version: file.text(3) },
    opset: opsets[0]?.integer(2) ?? 1,
    graph: readGraph(graph),
    metadata: new Map(file.messages(14).map((entry) => [entry.text(1), entry.text(2)])),
  };
}

function readGraph(graph: Message): OnnxGraph {
  for (const [parts, field] of Object.entries({ nodes: 1, tensors: 5, inputs: 11, outputs: 12, values: 13 })) {
    const count = graph.count(field);
    if (count > mostParts) throw graph.refused(`it has ${count} ${parts}; at most ${mostParts} are read`);
  }
  return {
    name: graph.text(2),
    nodes: graph.messages(1).map(readNode),
    initializers: new Map(graph.messages(5).map((tensor) => [tensor.text(8), readTensor(tensor)])),
    inputs: graph.messages(11).map(readValue),
    outputs: graph.messages(12).map(readValue),
    values: [],
  };
}

function readNode(node: Message): OnnxNode {
  const domain = node.text(7);
  return {
    name: node.text(3),
    operator: node.text(4),
    domain: domain === 'ai.onnx' ? '' : domain,
    inputs: node.texts(1),
    outputs: node.texts(2),
    attributes: Object.fromEntries(
      node.messages(5).map((attribute) => [attribute.text(1), readAttribute(attribute)] as const),
    ),
  };
}

function readAttribute(attribute: Message): OnnxAttribute {
  const type = attribute.integer(20) ?? 0;
  switch (type) {
    case attributeTypes.integer:
      return { integer: attribute.integer(3) ?? 0 };
    case attributeTypes.float:
      return { float: attribute.float(2) ?? 0 };
    case attributeTypes.text:
      return { text: attribute.text(4) };
    case attributeTypes.tensor:
      return { tensor: readTensor(attribute.message(5) ?? attribute) };
    case attributeTypes.integers:
      return { integers: attribute.integers(8) };
    case attributeTypes.floats:
      return { floats: [...attribute.floats(7)] };
    default:
      return { other: type };
  }
}

function readTensor(tensor: Message): OnnxTensor {
  const name = tensor.text(8);
  const which = name === '' ? 'a tensor' : `tensor ${name}`;
  const shape = tensor.integers(1);
  if (shape.length > mostAxes || shape.some((size) => size < 0)) {
    throw tensor.damaged(`${which} has the shape [${shape.slice(0, mostAxes + 1).join(', ')}]`);
  }
  if (tensor.integer(14) === 1) {
    throw tensor.refused(`${which} keeps its numbers in another file; save the model in one file`);
  }
  const type = tensor.integer(2) ?? 0;
  if (type !== floatType && type !== int64Type) {
    throw tensor.refused(`${which} has the type ${typeNames[type] ?? type}; FLOAT and INT64 are read`);
  }
  const raw = tensor.bytes(9);
  const view = raw && new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const width = type === floatType ? 4 : 8;
  const count = view ? view.byteLength / width : undefined;
  const right = (found: number) => {
    if (found === elementsOf(shape)) return;
    throw tensor.damaged(`${which} [${shape.join(', ')}] needs ${elementsOf(shape)} numbers, got ${found}`);
  };
  if (type === floatType) {
    const data = view ? undefined : tensor.floats(4);
    right(data?.length ?? count!);
    return { shape, data: data ?? Float32Array.from({ length: count! }, (_, i) => view!.getFloat32(4 * i, true)) };
  }
  if (!view) {
    const integers = tensor.integers(7);
    right(integers.length);
    return { shape, integers };
  }
  right(count!);
  return { shape, integers: Array.from({ length: count! }, (_, i) => Number(view.getBigInt64(8 * i, true))) };
}

function readValue(value: Message): OnnxValue {
  const sizes = value.message(2)?.message(1)?.message(2)?.messages(1) ?? [];
  return { name: value.text(1), shape: sizes.slice(0, mostAxes + 1).map((size) => size.integer(1) ?? size.text(2)) };
}
