/**
 * Euclidean radial basis functions against fixed codes, the output layer of LeCun, Bottou, Bengio, Haffner,
 * "Gradient-based learning applied to document recognition", Proc. IEEE 1998. Its output is the negative of the paper's
 * y, so that it is a logit like any other: the nearest code is the largest, and softmax gives the paper's posterior.
 */
import { wrong } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import { allocateOutput, type LayerKind } from './layer.ts';

/** The plain data of an output layer of distances. */
export interface Rbf {
  readonly type: 'rbf';
  /** [classes][features]. */
  readonly codes: readonly (readonly number[])[];
}

/**
 * Distances from fixed codes, for an output layer: z[c] = -the sum over features of (x - codes[c])², so [features] becomes [classes]. Nothing in
 * it is trained. Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE 1998, equation 7;
 * ours is the negative of it, so that the nearest code is the largest output.
 * @param codes [classes][features], finite numbers, for instance {@link digitCodes}. @throws UsageError for any other.
 */
export function rbf(codes: readonly (readonly number[])[]): Rbf {
  if (!Array.isArray(codes) || !codes.every(Array.isArray))
    throw wrong('rbf codes', 'rows of numbers, one a class', codes);
  const features = codes[0]?.length ?? 0;
  if (features === 0 || codes.some((row) => row.length !== features || !row.every(Number.isFinite)))
    throw new UsageError('rbf: expected codes as rows of numbers, one a class and all of one length');
  return { type: 'rbf', codes };
}

export const rbfKind: LayerKind<Rbf> = {
  remake: ({ codes }) => rbf(codes),
  print: ({ codes }) => `RBF(${codes[0]!.length}, ${codes.length}, fixed codes)`,
  outputShape({ codes }, input) {
    const features = codes[0]!.length;
    if (input.length !== 1 || input[0] !== features)
      throw new UsageError(`rbf expects ${features} flat features, got [${input.join(', ')}]`);
    return [codes.length];
  },
  parameters: () => [],
  multiplyAdds: ({ codes }) => codes.length * codes[0]!.length,
  connections: ({ codes }) => codes.length * codes[0]!.length,
  place({ codes }, site) {
    const { kernels, working, input } = site;
    const output = allocateOutput(site);
    const features = codes[0]!.length;
    const table = working.allocate(codes.length * features * 4);
    working.f32(table, codes.length * features).set(codes.flat());
    const classes = codes.length;
    const x = input.value;
    return {
      work: ['distance from each code', 'towards the codes'],
      output,
      forward: ({ packs }) => kernels.rbfForward({ x, packs, features, classes, codes: table, z: output.value }),
      backward({ packs }) {
        const [dz, dx] = [output.gradient, input.gradient];
        if (dx) kernels.rbfBackward({ x, packs, features, classes, codes: table, dz, dx });
      },
      curvature({ packs }) {
        const [hz, hx] = [output.gradient, input.gradient];
        if (hx) kernels.rbfCurvature({ x, packs, features, classes, codes: table, hz, hx });
      },
      lossCurvature({ packs }) {
        const [g, hx] = [output.gradient, input.gradient];
        if (hx) kernels.rbfLossCurvature({ packs, features, classes, g, hx });
      },
    };
  },
};
