/** A layer that standardizes each channel with a given mean and deviation. */
import { checkFinite, shown, wrong } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import { elementsOf } from '../base/tensor.ts';
import { allocateOutput, type LayerKind, type Site } from './layer.ts';
import type { Pass } from './pass.ts';

/** The plain data of a normalize layer. */
export interface Normalize {
  readonly type: 'normalize';
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/**
 * y = (x - mean) / deviation for each channel, as torchvision.transforms.Normalize. Nothing is trained.
 * @param mean a finite number for each channel.
 * @param deviation for each channel a finite number of at least 1e-30.
 * @throws UsageError for other numbers, and for lists that are empty or of different lengths.
 */
export function normalize(mean: readonly number[], deviation: readonly number[]): Normalize {
  for (const [what, list] of Object.entries({ mean, deviation })) {
    if (!Array.isArray(list) || list.length === 0) {
      throw wrong(`normalize: ${what}`, 'a list with a number for each channel', list);
    }
    for (const value of list) checkFinite(`normalize: ${what}`, value);
  }
  if (mean.length !== deviation.length) {
    throw new UsageError(`normalize: ${mean.length} means need as many deviations, got ${deviation.length}`);
  }
  const small = deviation.find((value) => value < leastDeviation);
  if (small !== undefined) {
    throw new UsageError(`normalize: deviation: expected numbers of at least ${leastDeviation}, got ${shown(small)}`);
  }
  return { type: 'normalize', mean, deviation };
}

/** 1 / deviation is a finite float32. */
const leastDeviation = 1e-30;

export const normalizeKind: LayerKind<Normalize> = {
  remake: ({ mean, deviation }) => normalize(mean, deviation),
  print: ({ mean, deviation }) => `Normalize(mean=${printed(mean)}, std=${printed(deviation)})`,
  outputShape({ mean }, input) {
    if (input.length !== 3 || input[0] !== mean.length) {
      throw new UsageError(
        `normalize expects images [channels, height, width] of ${mean.length} channels, got [${input.join(', ')}]`,
      );
    }
    return input;
  },
  parameters: () => [],
  multiplyAdds: () => 0,
  connections: () => 0,
  place({ mean, deviation }, site) {
    const { kernels, input } = site;
    const output = allocateOutput(site);
    const channels = mean.length;
    const area = elementsOf(input.shape) / channels;
    const scale = table(
      site,
      deviation.map((value) => 1 / value),
    );
    const offset = table(
      site,
      mean.map((value, channel) => -value / deviation[channel]!),
    );
    const squared = table(
      site,
      deviation.map((value) => 1 / value ** 2),
    );
    const back =
      (factor: number) =>
      ({ packs }: Pass) => {
        const [x, y] = [output.gradient, input.gradient];
        if (y) kernels.scaleChannels({ x, y, pixels: packs * area, channels, scale: factor, offset: 0 });
      };
    return {
      work: ['scale and shift each channel', 'scale'],
      output,
      forward: ({ packs }) =>
        kernels.scaleChannels({ x: input.value, y: output.value, pixels: packs * area, channels, scale, offset }),
      backward: back(scale),
      curvature: back(squared),
    };
  },
};

/** The address of a float32 for each channel. */
function table({ working }: Site, values: readonly number[]): number {
  const address = working.allocate(values.length * 4);
  working.f32(address, values.length).set(values);
  return address;
}

/** `[0.1307]`: four significant digits are enough to recognize them. */
function printed(values: readonly number[]): string {
  return `[${values.map((value) => Number(value.toPrecision(4))).join(', ')}]`;
}
