/** The network as the page looks into it: a copy of the weights, asked for the outputs of all layers. Loaded after the first paint. */
import { computed, signal } from '@preact/signals';
import type { LayerOutput } from '../../../src/train/inspector.ts';
import { weights } from './known.ts';
import type { Eye } from './look.ts';

/** Undefined until it is loaded. */
export const eye = signal<Eye | undefined>(undefined);
/** Determines the weights before training. */
export const seed = signal(1);

/** Loads what looks into the network. */
export async function openEye(): Promise<void> {
  const { createEye } = await import('./look.ts');
  eye.value = createEye();
}

/** Changes whenever the weights do. */
const current = computed(() => {
  eye.value?.setWeights(weights.value, seed.value);
  return { eye: eye.value, weights: weights.value };
});

/** What all layers make of an image with the weights of now, by the layers' names. Undefined until it can be told. */
export function lookAt(image: Uint8Array | undefined): ReadonlyMap<string, LayerOutput> | undefined {
  const { eye: present } = current.value;
  if (!present || !image) return undefined;
  return new Map(present.look(image).map((output) => [output.name, output]));
}

/** The ten probabilities of an image. */
export function probabilitiesOf(outputs: ReadonlyMap<string, LayerOutput>): readonly number[] {
  const logits = [...outputs.get('fc3')!.data];
  const top = Math.max(...logits);
  const powers = logits.map((value) => Math.exp(value - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((value) => value / sum);
}

/** The weights of a layer as the page shows them. */
export function filtersOf(layer: 'conv1' | 'conv2'): Float32Array | undefined {
  return current.value.eye?.tensor(`${layer}.weight`);
}
