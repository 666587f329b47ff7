/** All layers: the union of their data and the table of their kinds. To add a layer, add it here; the compiler says what is missing. */
import { type Conv2d, conv2dKind } from './conv2d.ts';
import { type Flatten, flattenKind } from './flatten.ts';
import type { LayerKind, Parameter, Shape, Site } from './layer.ts';
import { type Linear, linearKind } from './linear.ts';
import { type MaxPool2d, maxPool2dKind } from './max-pool2d.ts';
import { type Relu, reluKind } from './relu.ts';

export type Layer = Conv2d | MaxPool2d | Relu | Flatten | Linear;

const kinds: { readonly [L in Layer as L['type']]: LayerKind<L> } = {
  conv2d: conv2dKind,
  maxPool2d: maxPool2dKind,
  relu: reluKind,
  flatten: flattenKind,
  linear: linearKind,
};

/** The kind of a layer with the layer filled in. */
export function about(layer: Layer) {
  const kind: LayerKind<never> = kinds[layer.type];
  const self = layer as never;
  return {
    print: (): string => kind.print(self),
    outputShape: (input: Shape): Shape => kind.outputShape(self, input),
    parameters: (): readonly Parameter[] => kind.parameters(self),
    multiplyAdds: (output: Shape): number => kind.multiplyAdds(self, output),
    place: (site: Site) => kind.place(self, site),
  };
}
