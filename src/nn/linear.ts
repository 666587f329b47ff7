/** A dense layer: y = W x + b, W [out, in] and b [out] as in PyTorch. */
import { UsageError } from '../base/errors.ts';
import {
  type Activation,
  allocateOutput,
  checkPositive,
  type LayerKind,
  type PlacedLayer,
  range,
  rowBytes,
  type Site,
} from './layer.ts';

export interface Linear {
  readonly type: 'linear';
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/** @throws UsageError unless both are positive integers. */
export function linear(inFeatures: number, outFeatures: number): Linear {
  checkPositive('linear: in features', inFeatures);
  checkPositive('linear: out features', outFeatures);
  return { type: 'linear', inFeatures, outFeatures };
}

export const linearKind: LayerKind<Linear> = {
  print: ({ inFeatures, outFeatures }) => `Linear(in_features=${inFeatures}, out_features=${outFeatures})`,
  outputShape({ inFeatures, outFeatures }, input) {
    if (input.length !== 1) {
      throw new UsageError(`linear expects flat features, got [${input.join(', ')}]; put flatten() before it`);
    }
    if (input[0] !== inFeatures) throw new UsageError(`linear expects ${inFeatures} features, got ${input[0]}`);
    return [outFeatures];
  },
  parameters: ({ inFeatures, outFeatures }) => [
    { name: 'weight', shape: [outFeatures, inFeatures], fans: [inFeatures, outFeatures], fanIn: inFeatures },
    { name: 'bias', shape: [outFeatures], fanIn: inFeatures },
  ],
  multiplyAdds: ({ inFeatures, outFeatures }) => inFeatures * outFeatures,
  connections: ({ inFeatures, outFeatures }) => (inFeatures + 1) * outFeatures,
  place({ inFeatures, outFeatures }, site) {
    const { kernels, arena, input } = site;
    const [weight, bias] = site.parameters as [number, number];
    const [weightGradient, biasGradient] = site.gradientOffsets as [number, number];
    const output = allocateOutput(site);
    if (site.single) return placeSingle(inFeatures, outFeatures, site, output);
    const inQuad = inFeatures * 16;
    const outQuad = outFeatures * 16;
    const inPlaces = arena.table(range(site.quads).map((q) => q * inQuad));
    /** The weights as [in][out]. */
    const turned = arena.allocate(inFeatures * outFeatures * 4);
    const prepare = () => kernels.transposeMatrix(weight, outFeatures, inFeatures, turned);
    const forward = (quads: number) => {
      const x = [input.value, 16, inPlaces] as const;
      kernels.matmul(outFeatures, quads, inFeatures, turned, outFeatures * 4, ...x, output.value, 16, outQuad, bias);
    };
    const work = ['matmul', input.gradient ? 'two matmuls' : 'matmul'] as const;
    if (!site.training) return { work, output, prepare, forward, backward() {}, curvature() {} };

    const outPlaces = arena.table(range(site.quads).map((q) => q * outQuad));
    const inRow = rowBytes(inFeatures);
    const outRow = rowBytes(outFeatures);
    const inRows = arena.allocate(site.quads * 4 * inRow);
    const outRows = arena.allocate(site.quads * 4 * outRow);
    const columns = Math.ceil(inFeatures / 4);
    const columnPlaces = arena.table(range(columns).map((j) => j * 16));
    const weightVectors = Math.ceil((inFeatures * outFeatures) / 4);
    const squares = site.curvature ? arena.allocate(weightVectors * 16) : 0;
    const transport = (quads: number, gradients: number, weights: number) => {
      const dy = output.gradient;
      kernels.quadsToRows(dy, quads, outFeatures, outRows, outRow);
      const x = [inRows, inRow, columnPlaces] as const;
      const dw = [gradients + weightGradient, inFeatures * 4, 16] as const;
      kernels.matmul(outFeatures, columns, quads * 4, outRows, outRow, ...x, ...dw, 0);
      // After the weights: their last row may spill into the bias.
      kernels.sumOverImages(dy, quads, outFeatures, gradients + biasGradient);
      if (!input.gradient) return;
      const g = [dy, 16, outPlaces] as const;
      kernels.matmul(inFeatures, quads, outFeatures, weights, inFeatures * 4, ...g, input.gradient, 16, inQuad, 0);
    };
    return {
      work,
      output,
      prepare,
      forward,
      backward(quads, gradients) {
        kernels.quadsToRows(input.value, quads, inFeatures, inRows, inRow);
        transport(quads, gradients, weight);
      },
      curvature(quads, gradients) {
        kernels.quadsToRows(input.value, quads, inFeatures, inRows, inRow);
        kernels.squareVectors(inRows, inRows, (quads * 4 * inRow) / 16);
        kernels.squareVectors(weight, squares, weightVectors);
        transport(quads, gradients, squares);
      },
    };
  },
};

/**
 * The forward half for one image: four outputs a vector instead of four images. The bias is a row before the weights, taken once,
 * so that every sum is the same as of a quad.
 */
function placeSingle(inFeatures: number, outFeatures: number, site: Site, output: Activation): PlacedLayer {
  const { kernels, arena, input } = site;
  const [weight, bias] = site.parameters as [number, number];
  const row = outFeatures * 4;
  const turned = arena.allocate((inFeatures + 1) * row);
  const stride = rowBytes(inFeatures);
  const x = arena.allocate(16 + 4 * stride) + 16;
  arena.f32(x - 4, 1)[0] = 1;
  const vectors = Math.ceil(outFeatures / 4);
  const y = arena.allocate(vectors * 16);
  const places = arena.table(range(vectors).map((j) => j * 16));
  return {
    work: ['matmul, four outputs a vector', ''],
    output,
    prepare() {
      arena.f32(turned, outFeatures).set(arena.f32(bias, outFeatures));
      kernels.transposeMatrix(weight, outFeatures, inFeatures, turned + row);
    },
    forward() {
      kernels.quadsToRows(input.value, 1, inFeatures, x, stride);
      kernels.matmul(1, vectors, inFeatures + 1, x - 4, 4, turned, row, places, y, 0, 16, 0);
      kernels.spreadMatrix(y, outFeatures, 1, output.value);
    },
    backward() {},
    curvature() {},
  };
}
