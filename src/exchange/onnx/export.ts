/** Writes a network with its weights as an ONNX file. */
import { checkRecord, wrong } from '../../base/argument.ts';
import type { StateDict } from '../../base/tensor.ts';
import { version } from '../../base/version.ts';
import { type OnnxNode, type OnnxTensor, type OnnxValue, writeOnnx } from '../../formats/onnx.ts';
import type { Shape } from '../../nn/layer.ts';
import type { Layer } from '../../nn/layers.ts';
import { checkModel, type Model } from '../../nn/model.ts';
import { checkFiniteTensors, checkParameters } from '../../nn/network.ts';
import type { NodeWriter, Translation } from './translation.ts';
import { translations } from './translations.ts';

/** The newest operators that onnx 1.12 of Debian and all current runtimes know. */
const opset = 17;

/**
 * The network as an ONNX file (opset 17): input `image` [N, channels, height, width], pixels from 0 to 1; output `logits` [N, classes]; N is any
 * number of images. Dropout is left out. Parameters keep PyTorch's names (`conv1.weight`). Equal networks give equal bytes.
 * @param weights the model's tensors by name, float32 and finite.
 * @param metadata texts by name, which the file carries along.
 * @throws UsageError unless it is given a model, its weights, and texts.
 */
export function exportOnnx(
  model: Model,
  weights: StateDict,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  checkModel('exportOnnx(): model', model);
  checkRecord('exportOnnx(): metadata', metadata, 'texts by name');
  for (const [name, text] of Object.entries(metadata)) {
    if (typeof text !== 'string') throw wrong(`exportOnnx(): metadata ${name}`, 'a text', text);
  }
  checkParameters(model, weights);
  checkFiniteTensors(weights);
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>(weights);
  /** The value after each layer. */
  const outputs = new Map<string, string>();
  const values = new Map<string, OnnxValue>();
  let x = 'image';
  for (const { name, layer, input, output } of model.layers) {
    x = translationOf(layer).write(layer, x, nodeWriter({ name, input, output, nodes, initializers, outputs }));
    outputs.set(name, x);
    // Some layers add no node: their value is an earlier one.
    if (x !== 'image') values.set(x, { name: x, shape: ['N', ...output] });
  }
  values.delete(x);
  const named = (names: readonly string[]) => names.map((name) => (name === x ? 'logits' : name));
  return writeOnnx({
    producer: { name: 'lenet-lab', version },
    opset,
    metadata: new Map(Object.entries(metadata)),
    graph: {
      name: model.name,
      nodes: nodes.map((node) => ({ ...node, inputs: named(node.inputs), outputs: named(node.outputs) })),
      initializers,
      inputs: [{ name: 'image', shape: ['N', ...model.input] }],
      outputs: [{ name: 'logits', shape: ['N', model.classes] }],
      values: [...values.values()],
    },
  });
}

function translationOf(layer: Layer): Translation<Layer> {
  return translations[layer.type] as Translation<Layer>;
}

interface Place {
  /** The layer's name. */
  readonly name: string;
  readonly input: Shape;
  readonly output: Shape;
  /** What has been written so far. */
  readonly nodes: OnnxNode[];
  readonly initializers: Map<string, OnnxTensor>;
  readonly outputs: ReadonlyMap<string, string>;
}

function nodeWriter({ name: layer, input, output, nodes, initializers, outputs }: Place): NodeWriter {
  return {
    input,
    output,
    parameter: (name) => `${layer}.${name}`,
    valueAfter: (name) => outputs.get(name)!,
    constant(name, tensor) {
      const full = `${layer}/${name}`;
      initializers.set(full, tensor);
      return full;
    },
    node(operator, inputs, attributes = {}) {
      const first = `${layer}/${operator}`;
      let name = first;
      for (let i = 1; nodes.some((node) => node.name === name); i++) name = `${first}_${i}`;
      nodes.push({ name, operator, domain: '', inputs, outputs: [name], attributes });
      return name;
    },
  };
}
