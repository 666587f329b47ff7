/** How one type of layer becomes nodes of an ONNX graph, and how it is found in a graph again. */
import type { Tensor } from '../../base/tensor.ts';
import type { OnnxAttribute, OnnxTensor } from '../../formats/onnx.ts';
import type { Shape } from '../../nn/layer.ts';
import type { Layer } from '../../nn/layers.ts';
import type { Chain } from './chain.ts';

/** Where a layer's nodes are written. */
export interface NodeWriter {
  /** One image's shape before the layer, and after it. */
  readonly input: Shape;
  readonly output: Shape;
  /** The name of one of the layer's tensors in the graph: `weight` -> `conv1.weight`. */
  parameter(name: string): string;
  /** The name of the value after an earlier layer. */
  valueAfter(layer: string): string;
  /** Adds a tensor that is not trained. @returns its name in the graph. */
  constant(name: string, tensor: OnnxTensor): string;
  /** Adds a node with one output. @returns the name of its value. */
  node(operator: string, inputs: readonly string[], attributes?: Readonly<Record<string, OnnxAttribute>>): string;
}

/** A layer that was found in a graph. */
export interface FoundLayer<L extends Layer = Layer> {
  readonly layer: L;
  /** Its parameters in the order of the layer's kind. */
  readonly parameters: readonly Tensor[];
  /** Its tensors that are not trained, in the order of the layer's kind. Default: none. */
  readonly buffers?: readonly Tensor[];
}

/** The knowledge about one type of layer. */
export interface Translation<L extends Layer> {
  /** Writes the layer's nodes. @param x the value before the layer. @returns the value after it. */
  write(layer: L, x: string, writer: NodeWriter): string;
  /**
   * Takes the layer's nodes from the beginning of the chain; undefined, with nothing taken, where the chain begins with
   * something else. @throws WorldError for an attribute that the layer cannot express.
   */
  read(chain: Chain): FoundLayer<L> | undefined;
}
