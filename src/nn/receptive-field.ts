/** Which part of the image one number of a layer's output depends on. */
import type { Layer } from './layers.ts';
import type { Model } from './model.ts';

/** Pixels, vertical and horizontal. */
type Pixels = readonly [vertical: number, horizontal: number];

/** The receptive field of one layer. */
export interface ReceptiveField {
  /** The layer's name. */
  readonly layer: string;
  /** The window of the image that one number of its output reads; with padding, parts of it may lie outside. */
  readonly size: Pixels;
  /** How far apart the windows of neighbouring numbers are. */
  readonly step: Pixels;
}

/**
 * The receptive field of every layer up to the first that reads whole images (a dense layer, a global average). Every window of k pixels adds
 * k - 1 steps; every stride makes the steps longer. Of several ways through the network the widest counts. Source: Araujo, Norris, Sim, Distill 2019,
 * doi:10.23915/distill.00021.
 */
export function receptiveFields(model: Model): readonly ReceptiveField[] {
  const fields = new Map<string, ReceptiveField>();
  for (const { name, layer, reads, output } of model.layers) {
    if (output.length !== 3 || layer.type === 'globalAvgPool2d') break;
    const before = reads.map((read) => fields.get(read)!);
    const widest = (axis: 0 | 1, of: 'size' | 'step') => Math.max(1, ...before.map((field) => field[of][axis]));
    const { kernel, stride } = windowOf(layer);
    const along = (axis: 0 | 1) => {
      const step = widest(axis, 'step');
      return { size: widest(axis, 'size') + (kernel[axis] - 1) * step, step: step * stride[axis] };
    };
    const [vertical, horizontal] = [along(0), along(1)];
    fields.set(name, {
      layer: name,
      size: [vertical.size, horizontal.size],
      step: [vertical.step, horizontal.step],
    });
  }
  return [...fields.values()];
}

/** The window of a layer and its stride. */
function windowOf(layer: Layer): { readonly kernel: Pixels; readonly stride: Pixels } {
  if (!('kernelSize' in layer)) return { kernel: [1, 1], stride: [1, 1] };
  return { kernel: layer.kernelSize, stride: 'stride' in layer ? layer.stride : layer.kernelSize };
}
