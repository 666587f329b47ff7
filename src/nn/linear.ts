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
import type { Pass } from './pass.ts';

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
    const { kernels, working, lanes, vectorBytes, input } = site;
    const [weight, bias] = site.parameters as [number, number];
    const [weightGradient, biasGradient] = site.gradientOffsets as [number, number];
    const output = allocateOutput(site);
    if (site.single) return placeSingle(inFeatures, outFeatures, site, output);
    const inPack = inFeatures * vectorBytes;
    const outPack = outFeatures * vectorBytes;
    const inPackOffsets = working.table(range(site.packs).map((q) => q * inPack));
    /** The weights as [in][out]. */
    const transposed = working.allocate(inFeatures * outFeatures * 4);
    const prepare = () =>
      kernels.transposeMatrix({ src: weight, rows: outFeatures, columns: inFeatures, dst: transposed });
    const forward = ({ packs }: Pass) =>
      kernels.matmul({
        rows: outFeatures,
        columns: packs,
        depth: inFeatures,
        a: transposed,
        aStep: outFeatures * 4,
        b: input.value,
        bStep: vectorBytes,
        bOffsets: inPackOffsets,
        c: output.value,
        cRow: vectorBytes,
        cColumn: outPack,
        bias,
      });
    const work = ['matmul', input.gradient ? 'two matmuls' : 'matmul'] as const;
    if (!site.training) return { work, output, prepare, forward, backward() {}, curvature() {} };

    const outPackOffsets = working.table(range(site.packs).map((q) => q * outPack));
    const inRow = rowBytes(inFeatures, site);
    const outRow = rowBytes(outFeatures, site);
    const inRows = working.allocate(site.packs * lanes * inRow);
    const outRows = working.allocate(site.packs * lanes * outRow);
    const inVectors = Math.ceil(inFeatures / lanes);
    const vectorOffsets = working.table(range(inVectors).map((j) => j * vectorBytes));
    const weightVectors = Math.ceil((inFeatures * outFeatures) / lanes);
    const squares = site.curvature ? working.allocate(weightVectors * vectorBytes) : 0;
    const inputToRows = (packs: number) =>
      kernels.packsToRows({ src: input.value, packs, elements: inFeatures, rows: inRows, rowStride: inRow });
    const transport = (packs: number, gradients: number, weights: number) => {
      const dy = output.gradient;
      kernels.packsToRows({ src: dy, packs, elements: outFeatures, rows: outRows, rowStride: outRow });
      // Gradient of the weights: dW[o][i] = sum over images of dy[image][o] · x[image][i].
      kernels.matmul({
        rows: outFeatures,
        columns: inVectors,
        depth: packs * lanes,
        a: outRows,
        aStep: outRow,
        b: inRows,
        bStep: inRow,
        bOffsets: vectorOffsets,
        c: gradients + weightGradient,
        cRow: inFeatures * 4,
        cColumn: vectorBytes,
        bias: 0,
      });
      // The bias comes after the weights, since matmul may overwrite it when it writes the last row of the weights.
      kernels.sumOverImages({ dy, packs, pixels: 1, features: outFeatures, biasGradient: gradients + biasGradient });
      if (!input.gradient) return;
      // Gradient of the input: dx[image][i] = sum over o of W[o][i] · dy[image][o].
      kernels.matmul({
        rows: inFeatures,
        columns: packs,
        depth: outFeatures,
        a: weights,
        aStep: inFeatures * 4,
        b: dy,
        bStep: vectorBytes,
        bOffsets: outPackOffsets,
        c: input.gradient,
        cRow: vectorBytes,
        cColumn: inPack,
        bias: 0,
      });
    };
    return {
      work,
      output,
      prepare,
      forward,
      backward({ packs }, gradients) {
        inputToRows(packs);
        transport(packs, gradients, weight);
      },
      curvature({ packs }, gradients) {
        inputToRows(packs);
        kernels.squareVectors({ x: inRows, y: inRows, vectors: (packs * lanes * inRow) / vectorBytes });
        kernels.squareVectors({ x: weight, y: squares, vectors: weightVectors });
        transport(packs, gradients, squares);
      },
    };
  },
};

/**
 * The forward half for one image: a vector holds four outputs instead of four images. The bias is an additional first
 * row of the weights with the input 1, so that every sum has the same bits as in a whole pack.
 */
function placeSingle(inFeatures: number, outFeatures: number, site: Site, output: Activation): PlacedLayer {
  const { kernels, working, input } = site;
  const [weight, bias] = site.parameters as [number, number];
  const row = outFeatures * 4;
  const biasAndWeights = working.allocate((inFeatures + 1) * row);
  const stride = rowBytes(inFeatures, site);
  const x = working.allocate(16 + 4 * stride) + 16;
  working.f32(x - 4, 1)[0] = 1;
  const vectors = Math.ceil(outFeatures / 4);
  const y = working.allocate(vectors * 16);
  const vectorOffsets = working.table(range(vectors).map((j) => j * 16));
  return {
    work: ['matmul, four outputs a vector', ''],
    output,
    prepare() {
      working.f32(biasAndWeights, outFeatures).set(working.f32(bias, outFeatures));
      kernels.transposeMatrix({ src: weight, rows: outFeatures, columns: inFeatures, dst: biasAndWeights + row });
    },
    forward() {
      kernels.packsToRows({ src: input.value, packs: 1, elements: inFeatures, rows: x, rowStride: stride });
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
      kernels.factorMatrix({ src: y, rows: outFeatures, columns: 1, dst: output.value });
    },
    backward() {},
    curvature() {},
  };
}
