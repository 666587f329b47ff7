/**
 * All layers: the union of their data and the table of their kinds. To add a layer, add it here; the compiler says what
 * is missing.
 */
import { isEqualData, isRecord, shown, wrong } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import { type AvgPool2d, avgPool2dKind } from './avg-pool2d.ts';
import { type Conv2d, conv2dKind } from './conv2d.ts';
import { type Flatten, flattenKind } from './flatten.ts';
import type { LayerBuffer, LayerKind, LayerParameter, Shape, Site } from './layer.ts';
import { type Linear, linearKind } from './linear.ts';
import { type MaxPool2d, maxPool2dKind } from './max-pool2d.ts';
import { type Normalize, normalizeKind } from './normalize.ts';
import { type Pad2d, pad2dKind } from './pad2d.ts';
import { type Rbf, rbfKind } from './rbf.ts';
import { type Relu, reluKind } from './relu.ts';
import { type Rescale, rescaleKind } from './rescale.ts';
import { type Sigmoid, sigmoidKind, type Tanh, tanhKind } from './squash.ts';
import { type Subsample2d, subsample2dKind } from './subsample2d.ts';

/** A layer as plain data, as `conv2d()`, `relu()` and the other constructors make it. */
export type Layer =
  | Conv2d
  | MaxPool2d
  | AvgPool2d
  | Subsample2d
  | Relu
  | Tanh
  | Sigmoid
  | Flatten
  | Linear
  | Rbf
  | Pad2d
  | Rescale
  | Normalize;

const kinds: { readonly [L in Layer as L['type']]: LayerKind<L> } = {
  conv2d: conv2dKind,
  maxPool2d: maxPool2dKind,
  avgPool2d: avgPool2dKind,
  subsample2d: subsample2dKind,
  relu: reluKind,
  tanh: tanhKind,
  sigmoid: sigmoidKind,
  flatten: flattenKind,
  linear: linearKind,
  rbf: rbfKind,
  pad2d: pad2dKind,
  rescale: rescaleKind,
  normalize: normalizeKind,
};

/** @throws UsageError unless the value is what one of the layers' constructors makes. */
export function checkLayer(value: Layer): void {
  const wanted = `a layer, as ${Object.keys(kinds).join('(), ')}() and so on make it`;
  const type: unknown = isRecord(value) ? value.type : undefined;
  if (typeof type !== 'string' || !Object.hasOwn(kinds, type)) {
    const way = typeof value === 'function' ? '; call the function' : '';
    throw new UsageError(`expected ${wanted}, got ${shown(value)}${way}`);
  }
  const kind: LayerKind<never> = kinds[value.type];
  if (!isEqualData(kind.remake(value as never), value)) throw wrong(`layer ${value.type}`, wanted, value);
}

/** The kind of a layer with the layer filled in. */
export function about(layer: Layer) {
  const kind: LayerKind<never> = kinds[layer.type];
  const self = layer as never;
  return {
    print: (): string => kind.print(self),
    outputShape: (input: Shape, other?: Shape): Shape => kind.outputShape(self, input, other),
    reads: () => kind.reads?.(self),
    parameters: (): readonly LayerParameter[] => kind.parameters(self),
    buffers: (): readonly LayerBuffer[] => kind.buffers?.(self) ?? [],
    /** 0 if the layer does not need the whole batch. */
    statistics: (): number => kind.statistics?.(self) ?? 0,
    multiplyAdds: (output: Shape, input: Shape): number => kind.multiplyAdds(self, output, input),
    connections: (output: Shape, input: Shape): number => kind.connections(self, output, input),
    place: (site: Site) => kind.place(self, site),
  };
}
