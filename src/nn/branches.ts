/** Where the activations of a network branch: outputs that several layers read, and the sums of their gradients. */
import { elementsOf } from '../base/tensor.ts';
import type { Arena } from '../engine/arena.ts';
import type { Kernels } from '../engine/kernels.ts';
import type { Activation, PlacedLayer, Reference, Site } from './layer.ts';
import { about } from './layers.ts';
import type { Model, ModelLayer } from './model.ts';

/** Knows the outputs of the layers placed so far. A network is placed layer by layer in the order of the model. */
export class Branches {
  readonly #kernels: Kernels;
  readonly #arena: Arena;
  readonly #packs: number;
  readonly #vectorBytes: number;
  /** The layers that read each output by name, in order. */
  readonly #readers = new Map<string, string[]>();
  /** The outputs that the next layer reads, too. */
  readonly #passedOn: ReadonlySet<string>;
  readonly #outputs = new Map<string, Activation>();
  /** Where those who read an output by name put its gradient; 0 if it is not wanted. */
  readonly #gradients = new Map<string, number>();
  /** The layers whose gradient is wanted: those that train parameters, and those that read such a layer's output. */
  readonly #wanted = new Set<string>();

  constructor({ layers }: Model, kernels: Kernels, arena: Arena, packs: number, vectorBytes: number) {
    this.#kernels = kernels;
    this.#arena = arena;
    this.#packs = packs;
    this.#vectorBytes = vectorBytes;
    for (const { name, layer } of layers) {
      const named = about(layer).reads();
      if (named) this.#readers.set(named.name, [...(this.#readers.get(named.name) ?? []), name]);
    }
    this.#passedOn = new Set(
      layers.slice(0, -1).flatMap(({ name }, i) => (about(layers[i + 1]!.layer).reads()?.alone ? [] : [name])),
    );
  }

  /** What a layer reads. @param last the output of the layer before it. */
  inputOf({ name, layer, reads }: ModelLayer, last: Activation): Pick<Site, 'input' | 'reference'> {
    const named = about(layer).reads();
    if (!named) return { input: reads.some((read) => this.#wanted.has(read)) ? last : { ...last, gradient: 0 } };
    const activation = this.#outputs.get(named.name)!;
    const reference: Reference = {
      activation,
      gradient: this.#gradients.get(named.name) ?? 0,
      adds: this.#readers.get(named.name)?.at(-1) !== name,
    };
    if (named.alone) return { input: { ...activation, gradient: 0 }, reference };
    return { input: this.#wanted.has(reads[0]!) ? last : { ...last, gradient: 0 }, reference };
  }

  /**
   * Takes the output of a step, from the layer `first` to `layer`. If other layers read it by name, `join` adds their gradients to that of the
   * next layer.
   */
  outputOf(
    layer: ModelLayer,
    first: ModelLayer,
    placed: Activation,
    isTrained: boolean,
  ): { readonly output: Activation; readonly join?: PlacedLayer; readonly isWanted: boolean } {
    const isWanted = isTrained || first.reads.some((read) => this.#wanted.has(read));
    if (isWanted) this.#wanted.add(layer.name);
    if (!this.#readers.has(layer.name)) return { output: placed, isWanted };
    const output = { ...placed, isShared: true };
    this.#outputs.set(layer.name, output);
    if (!isWanted || placed.gradient === 0) return { output, isWanted };
    if (!this.#passedOn.has(layer.name)) {
      this.#gradients.set(layer.name, output.gradient);
      return { output, isWanted };
    }
    const vectors = elementsOf(output.shape);
    const gradient = this.#arena.allocate(this.#packs * vectors * this.#vectorBytes);
    this.#gradients.set(layer.name, gradient);
    const add: PlacedLayer['backward'] = ({ packs }) =>
      this.#kernels.addVectors({ dst: output.gradient, src: gradient, vectors: packs * vectors });
    return { output, isWanted, join: { work: ['', ''], output, forward() {}, backward: add, curvature: add } };
  }
}
