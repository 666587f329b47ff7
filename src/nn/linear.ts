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

/** The plain data of a dense layer. */
export interface Linear {
  readonly type: 'linear';
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/**
 * A dense layer, y = W x + b: [inFeatures] becomes [outFeatures]. Parameters as in torch.nn.Linear: weight [outFeatures, inFeatures] and
 * bias [outFeatures].
 * @param inFeatures numbers that come in, at least 1; images need a flatten() before.
 * @param outFeatures numbers that go out, at least 1.
 * @throws UsageError unless both are such integers.
 */
export function linear(inFeatures: number, outFeatures: number): Linear {
  checkPositive('linear: in features', inFeatures);
  checkPositive('linear: out features', outFeatures);
  return { type: 'linear', inFeatures, outFeatures };
}

export const linearKind: LayerKind<Linear> = {
  remake: ({ inFeatures, outFeatures }) => linear(inFeatures, outFeatures),
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
    const inQuadOffsets = arena.table(range(site.quads).map((q) => q * inQuad));
    /** The weights as [in][out]. */
    const transposed = arena.allocate(inFeatures * outFeatures * 4);
    const prepare = () =>
      kernels.transposeMatrix({ src: weight, rows: outFeatures, columns: inFeatures, dst: transposed });
    const forward = (quads: number) =>
      kernels.matmul({
        rows: outFeatures,
        columns: quads,
        depth: inFeatures,
        a: transposed,
        aStep: outFeatures * 4,
        b: input.value,
        bStep: 16,
        bOffsets: inQuadOffsets,
        c: output.value,
        cRow: 16,
        cColumn: outQuad,
        bias,
      });
    const work = ['matmul', input.gradient ? 'two matmuls' : 'matmul'] as const;
    if (!site.training) return { work, output, prepare, forward, backward() {}, curvature() {} };

    const outQuadOffsets = arena.table(range(site.quads).map((q) => q * outQuad));
    const inRow = rowBytes(inFeatures);
    const outRow = rowBytes(outFeatures);
    const inRows = arena.allocate(site.quads * 4 * inRow);
    const outRows = arena.allocate(site.quads * 4 * outRow);
    const inVectors = Math.ceil(inFeatures / 4);
    const vectorOffsets = arena.table(range(inVectors).map((j) => j * 16));
    const weightVectors = Math.ceil((inFeatures * outFeatures) / 4);
    const squares = site.curvature ? arena.allocate(weightVectors * 16) : 0;
    const inputToRows = (quads: number) =>
      kernels.quadsToRows({ src: input.value, quads, elements: inFeatures, rows: inRows, rowStride: inRow });
    const transport = (quads: number, gradients: number, weights: number) => {
      const dy = output.gradient;
      kernels.quadsToRows({ src: dy, quads, elements: outFeatures, rows: outRows, rowStride: outRow });
      // Gradient of the weights: dW[o][i] = sum over images of dy[image][o] · x[image][i].
      kernels.matmul({
        rows: outFeatures,
        columns: inVectors,
        depth: quads * 4,
        a: outRows,
        aStep: outRow,
        b: inRows,
        bStep: inRow,
        bOffsets: vectorOffsets,
        c: gradients + weightGradient,
        cRow: inFeatures * 4,
        cColumn: 16,
        bias: 0,
      });
      // The bias comes after the weights, since matmul may overwrite it when it writes the last row of the weights.
      kernels.sumOverImages({ dy, quads, features: outFeatures, biasGradient: gradients + biasGradient });
      if (!input.gradient) return;
      // Gradient of the input: dx[image][i] = sum over o of W[o][i] · dy[image][o].
      kernels.matmul({
        rows: inFeatures,
        columns: quads,
        depth: outFeatures,
        a: weights,
        aStep: inFeatures * 4,
        b: dy,
        bStep: 16,
        bOffsets: outQuadOffsets,
        c: input.gradient,
        cRow: 16,
        cColumn: inQuad,
        bias: 0,
      });
    };
    return {
      work,
      output,
      prepare,
      forward,
      backward(quads, gradients) {
        inputToRows(quads);
        transport(quads, gradients, weight);
      },
      curvature(quads, gradients) {
        inputToRows(quads);
        kernels.squareVectors({ x: inRows, y: inRows, vectors: (quads * 4 * inRow) / 16 });
        kernels.squareVectors({ x: weight, y: squares, vectors: weightVectors });
        transport(quads, gradients, squares);
      },
    };
  },
};

/**
 * The forward half for one image: a vector holds four outputs instead of four images. The bias is an additional first
 * row of the weights with the input 1, so that every sum has the same bits as in a whole quad.
 */
function placeSingle(inFeatures: number, outFeatures: number, site: Site, output: Activation): PlacedLayer {
  const { kernels, arena, input } = site;
  const [weight, bias] = site.parameters as [number, number];
  const row = outFeatures * 4;
  const biasAndWeights = arena.allocate((inFeatures + 1) * row);
  const stride = rowBytes(inFeatures);
  const x = arena.allocate(16 + 4 * stride) + 16;
  arena.f32(x - 4, 1)[0] = 1;
  const vectors = Math.ceil(outFeatures / 4);
  const y = arena.allocate(vectors * 16);
  const vectorOffsets = arena.table(range(vectors).map((j) => j * 16));
  return {
    work: ['matmul, four outputs a vector', ''],
    output,
    prepare() {
      arena.f32(biasAndWeights, outFeatures).set(arena.f32(bias, outFeatures));
      kernels.transposeMatrix({ src: weight, rows: outFeatures, columns: inFeatures, dst: biasAndWeights + row });
    },
    forward() {
      kernels.quadsToRows({ src: input.value, quads: 1, elements: inFeatures, rows: x, rowStride: stride });
      kernels.matmul({
        rows: 1,
        columns: vectors,
        depth: inFeatures + 1,
        a: x - 4,
        aStep: 4,
        b: biasAndWeights,
        bStep: row,
        bOffsets: vectorOffsets,
        c: y,
        cRow: 0,
        cColumn: 16,
        bias: 0,
      });
      kernels.spreadMatrix({ src: y, rows: outFeatures, columns: 1, dst: output.value });
    },
    backward() {},
    curvature() {},
  };
}
