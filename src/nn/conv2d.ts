/** Cross-correlation of images with trained windows, weight [out, in, ky, kx] and bias [out] as in PyTorch. */
import { UsageError } from '../base/errors.ts';
import { type Activation, allocateOutput, elementsOf, type LayerKind, range, rowBytes, type Site } from './layer.ts';
import { pair, printSize, type Size, slide } from './window.ts';

export interface Conv2d {
  readonly type: 'conv2d';
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
}

/** @param options.stride default 1. @param options.padding zeros on every side, default 0. @throws UsageError. */
export function conv2d(
  inChannels: number,
  outChannels: number,
  kernelSize: Size,
  options: { readonly stride?: Size; readonly padding?: Size } = {},
): Conv2d {
  for (const [what, size] of [
    ['in', inChannels],
    ['out', outChannels],
  ] as const) {
    if (!Number.isInteger(size) || size < 1)
      throw new UsageError(`conv2d: ${what} channels must be a positive integer, got ${size}`);
  }
  return {
    type: 'conv2d',
    inChannels,
    outChannels,
    kernelSize: pair(kernelSize, 'conv2d kernel size', 1),
    stride: pair(options.stride ?? 1, 'conv2d stride', 1),
    padding: pair(options.padding ?? 0, 'conv2d padding', 0),
  };
}

export const conv2dKind: LayerKind<Conv2d> = {
  print({ inChannels, outChannels, kernelSize, stride, padding }) {
    const more = stride.some((s) => s !== 1) ? `, stride=${printSize(stride)}` : '';
    const padded = padding.some((p) => p !== 0) ? `, padding=${printSize(padding)}` : '';
    return `Conv2d(${inChannels}, ${outChannels}, kernel_size=${printSize(kernelSize)}${more}${padded})`;
  },
  outputShape({ inChannels, outChannels, kernelSize, stride, padding }, input) {
    const size = slide(input, kernelSize, stride, padding, 'conv2d');
    if (input[0] !== inChannels) throw new UsageError(`conv2d expects ${inChannels} channels, got ${input[0]}`);
    return [outChannels, ...size];
  },
  parameters({ inChannels, outChannels, kernelSize }) {
    const area = kernelSize[0] * kernelSize[1];
    return [
      {
        name: 'weight',
        shape: [outChannels, inChannels, ...kernelSize],
        fans: [area * inChannels, area * outChannels],
      },
      { name: 'bias', shape: [outChannels] },
    ];
  },
  multiplyAdds: ({ inChannels, kernelSize }, output) => elementsOf(output) * inChannels * kernelSize[0] * kernelSize[1],
  place(layer, site) {
    if (layer.padding[0] === 0 && layer.padding[1] === 0) return placeUnpadded(layer, site, site.input);
    const border = placeBorder(layer.padding, site);
    const inner = placeUnpadded(layer, site, border.padded);
    return {
      ...inner,
      forward(quads) {
        border.pad(quads);
        inner.forward(quads);
      },
      backward(quads, gradients) {
        inner.backward(quads, gradients);
        border.crop(quads);
      },
    };
  },
};

/** A copy of the input with a border of zeros, which stays zero since only the inside is ever written. */
function placeBorder([top, left]: readonly [number, number], { kernels, arena, quads: most, input }: Site) {
  const [channels, height, width] = input.shape as [number, number, number];
  const shape = [channels, height + 2 * top, width + 2 * left] as const;
  const bytes = most * elementsOf(shape) * 16;
  const padded: Activation = {
    shape,
    value: arena.allocate(bytes),
    gradient: input.gradient ? arena.allocate(bytes) : 0,
  };
  const row = width * channels * 16;
  const paddedRow = shape[2] * channels * 16;
  const outside = [row, height * row] as const;
  const inside = [paddedRow, shape[1] * paddedRow] as const;
  const corner = top * paddedRow + left * channels * 16;
  return {
    padded,
    pad: (quads: number) =>
      kernels.copyBox(input.value, ...outside, padded.value + corner, ...inside, quads, height, row),
    crop(quads: number) {
      if (!input.gradient) return;
      kernels.copyBox(padded.gradient + corner, ...inside, input.gradient, ...outside, quads, height, row);
    },
  };
}

function placeUnpadded(layer: Conv2d, site: Site, input: Activation) {
  const { kernels, arena } = site;
  const [kernelHeight, kernelWidth] = layer.kernelSize;
  const [strideY, strideX] = layer.stride;
  const [channels, height, width] = input.shape as [number, number, number];
  const [outChannels, outHeight, outWidth] = site.outputShape as [number, number, number];
  const [weight, bias] = site.parameters as [number, number];
  const [weightGradient, biasGradient] = site.gradientOffsets as [number, number];
  const output = allocateOutput(site);
  const outputs = outHeight * outWidth;
  const elements = channels * height * width;
  const taps = channels * kernelHeight * kernelWidth;
  /** Pixel of each window's corner, and elements from the corner to each tap in the order of the weights. */
  const cornerPixels = range(outputs).map((o) => Math.floor(o / outWidth) * strideY * width + (o % outWidth) * strideX);
  const tapElements = range(taps).map((k) => {
    const [c, ky, kx] = [
      Math.floor(k / (kernelHeight * kernelWidth)),
      Math.floor(k / kernelWidth) % kernelHeight,
      k % kernelWidth,
    ];
    return (ky * width + kx) * channels + c;
  });
  const steps = arena.table(tapElements.map((element) => element * 16));
  const places = arena.table(cornerPixels.map((pixel) => pixel * channels * 16));
  const forward = (quads: number) => {
    for (let q = 0; q < quads; q++) {
      const x = [input.value + q * elements * 16, steps, places] as const;
      const y = [output.value + q * outputs * outChannels * 16, 16, outChannels * 16] as const;
      kernels.matmul(outChannels, outputs, taps, weight, taps * 4, 4, ...x, ...y, bias);
    }
  };
  if (!site.training) return { output, forward, backward() {} };

  const imageBytes = rowBytes(elements);
  const inRows = arena.allocate(site.quads * 4 * imageBytes);
  const dxRows = input.gradient ? arena.allocate(site.quads * 4 * imageBytes) : 0;
  const corners = arena.table(cornerPixels.map((pixel) => pixel * channels * 4));
  const list = arena.allocate((site.quads * 4 * outputs + 4) * 8);
  const runVectors = Math.ceil((kernelWidth * channels) / 4);
  const vectors = kernelHeight * runVectors;
  const offsets = arena.table(
    range(vectors).map((v) => Math.floor(v / runVectors) * width * channels * 4 + (v % runVectors) * 16),
  );
  const runs = arena.allocate(vectors * 16);
  const packed = dxRows ? arena.allocate(outChannels * vectors * 16) : 0;
  const window = [channels, kernelHeight, kernelWidth, runVectors] as const;
  return {
    output,
    forward,
    prepare() {
      if (packed) kernels.packWeights(weight, packed, outChannels, ...window);
    },
    backward(quads: number, gradients: number) {
      kernels.quadsToRows(input.value, quads, elements, inRows, imageBytes);
      if (dxRows) arena.u8(dxRows, quads * 4 * imageBytes).fill(0);
      for (let o = 0; o < outChannels; o++) {
        const dy = output.gradient + o * 16;
        const db = gradients + biasGradient + o * 4;
        const end = kernels.listGradients(dy, quads, outputs, outChannels * 16, corners, imageBytes, list, db);
        kernels.sumWindows(list, end, inRows, offsets, vectors, runs);
        kernels.unpackRuns(runs, gradients + weightGradient + o * taps * 4, ...window);
        if (dxRows) kernels.spreadWindows(list, end, dxRows, offsets, vectors, packed + o * vectors * 16);
      }
      if (dxRows) kernels.rowsToQuads(dxRows, imageBytes, input.gradient, quads, elements);
    },
  };
}
