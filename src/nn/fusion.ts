/** Decides which layers of a model are fused into one step. */
import { placeConv2d } from './conv2d.ts';
import type { PlacedLayer, Site } from './layer.ts';
import { about } from './layers.ts';
import type { Model, ModelLayer } from './model.ts';

/** One or more consecutive layers that are computed together. */
export interface Step {
  readonly layers: readonly ModelLayer[];
  place(site: Site): PlacedLayer;
}

/**
 * Convolution (of all channels), relu and max-pooling become one step. The outputs of the convolution stay in the cache, and its
 * gradients are listed from the gradients of the pooling, which are a quarter as many for 2x2 windows. Every other
 * layer is a separate step.
 * @param isSeparate every layer is a step of its own, with the same bits.
 */
export function stepsOf(model: Model, isSeparate = false): Step[] {
  const steps: Step[] = [];
  const { layers } = model;
  /** The outputs that are read by name, which must stay in memory. */
  const named = new Set(layers.flatMap(({ layer }) => about(layer).reads()?.name ?? []));
  for (let i = 0; i < layers.length; ) {
    const [first, second, third] = layers.slice(i, i + 3).map(({ layer }) => layer);
    const isFree = !isSeparate && layers.slice(i, i + 2).every(({ name }) => !named.has(name));
    if (isFree && first?.type === 'conv2d' && !first.groups && second?.type === 'relu' && third?.type === 'maxPool2d') {
      steps.push({ layers: layers.slice(i, i + 3), place: (site) => placeConv2d(first, site, third) });
      i += 3;
    } else {
      const single = layers[i]!;
      steps.push({ layers: [single], place: (site) => about(single.layer).place(site) });
      i += 1;
    }
  }
  return steps;
}
