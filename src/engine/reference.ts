/**
 * The specification of the kernels: each one in plain loops over plain arrays, in PyTorch's layouts (NCHW) and float64.
 * Images x are [images][channels][height][width]. layers.contract.ts and layout.contract.ts test both sides against the
 * same numbers.
 */

export * from './reference-modern.ts';

export type Size2 = readonly [number, number];

export interface ConvShape {
  readonly images: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly size: Size2;
  readonly kernel: Size2;
  readonly stride: Size2;
  /** Zeros above and below, left and right; `same`: as many as keep the size, of an odd number one more below and to the right. */
  readonly padding: Size2 | 'same';
  /** Groups of channels. Default 1: every output channel reads every input channel. */
  readonly groups?: number;
}

export interface PoolShape {
  readonly images: number;
  readonly channels: number;
  readonly size: Size2;
  readonly kernel: Size2;
  readonly stride: Size2;
}

type Numbers = readonly number[];

function outputSize(size: Size2, kernel: Size2, stride: Size2, padding: Size2 | 'same'): Size2 {
  if (padding === 'same') return size;
  const along = (i: 0 | 1) => Math.floor((size[i] + 2 * padding[i] - kernel[i]) / stride[i]) + 1;
  return [along(0), along(1)];
}

function zeros(length: number): number[] {
  return new Array<number>(length).fill(0);
}

/**
 * Calls `visit` for every product x·w in y, with the positions of x, w and y. Positions outside the image are skipped:
 * there x is 0.
 */
function eachTap(s: ConvShape, visit: (x: number, w: number, y: number) => void): void {
  const [height, width] = s.size;
  const [kh, kw] = s.kernel;
  const [oh, ow] = outputSize(s.size, s.kernel, s.stride, s.padding);
  const [top, left] = s.padding === 'same' ? [Math.floor((kh - 1) / 2), Math.floor((kw - 1) / 2)] : s.padding;
  const { groups = 1 } = s;
  const [groupChannels, groupOutputs] = [s.inChannels / groups, s.outChannels / groups];
  for (let n = 0; n < s.images; n++)
    for (let o = 0; o < s.outChannels; o++)
      for (let oy = 0; oy < oh; oy++)
        for (let ox = 0; ox < ow; ox++)
          for (let c = 0; c < groupChannels; c++)
            for (let ky = 0; ky < kh; ky++)
              for (let kx = 0; kx < kw; kx++) {
                const y = oy * s.stride[0] + ky - top;
                const x = ox * s.stride[1] + kx - left;
                if (y < 0 || y >= height || x < 0 || x >= width) continue;
                const channel = Math.floor(o / groupOutputs) * groupChannels + c;
                visit(
                  ((n * s.inChannels + channel) * height + y) * width + x,
                  ((o * groupChannels + c) * kh + ky) * kw + kx,
                  ((n * s.outChannels + o) * oh + oy) * ow + ox,
                );
              }
}

/** y[n][o][oy][ox] = bias[o] + sum of x·w: a cross-correlation, as in torch.nn.functional.conv2d. */
export function conv2dForward(x: Numbers, weight: Numbers, bias: Numbers, s: ConvShape): number[] {
  const [oh, ow] = outputSize(s.size, s.kernel, s.stride, s.padding);
  const y = Array.from(
    { length: s.images * s.outChannels * oh * ow },
    (_, i) => bias[Math.floor(i / (oh * ow)) % s.outChannels]!,
  );
  eachTap(s, (xi, wi, yi) => {
    y[yi]! += x[xi]! * weight[wi]!;
  });
  return y;
}

/** Gradients by x, weight and bias, by the chain rule through every product. */
export function conv2dBackward(x: Numbers, weight: Numbers, dy: Numbers, s: ConvShape) {
  const [oh, ow] = outputSize(s.size, s.kernel, s.stride, s.padding);
  const dx = zeros(x.length);
  const dWeight = zeros(weight.length);
  const dBias = zeros(s.outChannels);
  eachTap(s, (xi, wi, yi) => {
    dx[xi]! += dy[yi]! * weight[wi]!;
    dWeight[wi]! += dy[yi]! * x[xi]!;
  });
  for (const [i, g] of dy.entries()) dBias[Math.floor(i / (oh * ow)) % s.outChannels]! += g;
  return { dx, dWeight, dBias };
}

/** The maximum of every window and its position in x. Of equal maxima the first counts, in row-major order. */
export function maxPool2dForward(x: Numbers, s: PoolShape): { y: number[]; winners: number[] } {
  const [height, width] = s.size;
  const [oh, ow] = outputSize(s.size, s.kernel, s.stride, [0, 0]);
  const y: number[] = [];
  const winners: number[] = [];
  for (let map = 0; map < s.images * s.channels; map++)
    for (let oy = 0; oy < oh; oy++)
      for (let ox = 0; ox < ow; ox++) {
        let winner = (map * height + oy * s.stride[0]) * width + ox * s.stride[1];
        for (let ky = 0; ky < s.kernel[0]; ky++)
          for (let kx = 0; kx < s.kernel[1]; kx++) {
            const at = (map * height + oy * s.stride[0] + ky) * width + ox * s.stride[1] + kx;
            if (x[at]! > x[winner]!) winner = at;
          }
        y.push(x[winner]!);
        winners.push(winner);
      }
  return { y, winners };
}

export function maxPool2dBackward(dy: Numbers, winners: Numbers, inputs: number): number[] {
  const dx = zeros(inputs);
  for (const [i, g] of dy.entries()) dx[winners[i]!]! += g;
  return dx;
}

export function reluForward(x: Numbers): number[] {
  return x.map((value) => Math.max(value, 0));
}

/** The derivative at 0 is 0. */
export function reluBackward(y: Numbers, dy: Numbers): number[] {
  return dy.map((g, i) => (y[i]! > 0 ? g : 0));
}

/** y = amplitude·tanh(slope·x). */
export function tanhForward(x: Numbers, amplitude: number, slope: number): number[] {
  return x.map((value) => amplitude * Math.tanh(slope * value));
}

/** f'(x) = slope·(amplitude - y²/amplitude), computed from the output y. */
export function tanhSlope(y: Numbers, amplitude: number, slope: number): number[] {
  return y.map((value) => slope * (amplitude - value ** 2 / amplitude));
}

/** y = 1 / (1 + e^-x). */
export function sigmoidForward(x: Numbers): number[] {
  return x.map((value) => 1 / (1 + Math.exp(-value)));
}

/** f'(x) = y·(1 - y), computed from the output y. */
export function sigmoidSlope(y: Numbers): number[] {
  return y.map((value) => value * (1 - value));
}

/** Calls `visit` for every element of every window, with the positions of the element and of the window. */
function eachInWindow(s: PoolShape, visit: (x: number, y: number, channel: number) => void): void {
  const [height, width] = s.size;
  const [oh, ow] = outputSize(s.size, s.kernel, s.stride, [0, 0]);
  for (let map = 0; map < s.images * s.channels; map++)
    for (let oy = 0; oy < oh; oy++)
      for (let ox = 0; ox < ow; ox++)
        for (let ky = 0; ky < s.kernel[0]; ky++)
          for (let kx = 0; kx < s.kernel[1]; kx++) {
            const at = (map * height + oy * s.stride[0] + ky) * width + ox * s.stride[1] + kx;
            visit(at, (map * oh + oy) * ow + ox, map % s.channels);
          }
}

/** The sum of every window. Average pooling and subsampling scale it. */
export function sumPool2dForward(x: Numbers, s: PoolShape): number[] {
  const [oh, ow] = outputSize(s.size, s.kernel, s.stride, [0, 0]);
  const y = zeros(s.images * s.channels * oh * ow);
  eachInWindow(s, (xi, yi) => {
    y[yi]! += x[xi]!;
  });
  return y;
}

export function sumPool2dBackward(dy: Numbers, s: PoolShape): number[] {
  const dx = zeros(s.images * s.channels * s.size[0] * s.size[1]);
  eachInWindow(s, (xi, yi) => {
    dx[xi]! += dy[yi]!;
  });
  return dx;
}

/** The sum over images and area of values [images][channels][area]: out[channel]. */
export function sumByChannel(values: Numbers, images: number, channels: number): number[] {
  const area = values.length / images / channels;
  const out = zeros(channels);
  for (const [i, value] of values.entries()) out[Math.floor(i / area) % channels]! += value;
  return out;
}

/** y = scale·x + offset. */
export function rescale(x: Numbers, scale: number, offset: number): number[] {
  return x.map((value) => scale * value + offset);
}

/** y = scale[channel]·x + offset[channel] for x [images][channels][area]. */
export function scaleChannels(x: Numbers, scale: Numbers, offset: Numbers, area: number): number[] {
  return x.map((value, i) => {
    const channel = Math.floor(i / area) % scale.length;
    return scale[channel]! * value + offset[channel]!;
  });
}

/** y = x². */
export function square(x: Numbers): number[] {
  return x.map((value) => value ** 2);
}

/**
 * z[n][c] = -sum over f of (x[n][f] - codes[c][f])²: LeCun et al. 1998, equation 7, negated so that the largest is the
 * best.
 */
export function rbfForward(x: Numbers, codes: readonly Numbers[]): number[] {
  return rows(x, codes[0]!.length).flatMap((row) =>
    codes.map((code) => -row.reduce((sum, value, f) => sum + (value - code[f]!) ** 2, 0)),
  );
}

/**
 * dx[n][f] = sum over c of dz[n][c]·(2·(codes[c][f] - x[n][f]))^power: power 1 for gradients, power 2 for second
 * derivatives.
 */
export function rbfBackward(x: Numbers, codes: readonly Numbers[], dz: Numbers, power: 1 | 2): number[] {
  const features = codes[0]!.length;
  return x.map((value, i) => {
    const [n, f] = [Math.floor(i / features), i % features];
    return codes.reduce((sum, code, c) => sum + dz[n * codes.length + c]! * (2 * (code[f]! - value)) ** power, 0);
  });
}

/** Adds a border of `value` around every map of x [images·channels][height][width]. */
export function pad2dForward(x: Numbers, [height, width]: Size2, [top, left]: Size2, value: number): number[] {
  return rows(x, height * width).flatMap((map) =>
    Array.from({ length: (height + 2 * top) * (width + 2 * left) }, (_, i) => {
      const [row, column] = [Math.floor(i / (width + 2 * left)) - top, (i % (width + 2 * left)) - left];
      const inside = row >= 0 && row < height && column >= 0 && column < width;
      return inside ? map[row * width + column]! : value;
    }),
  );
}

/** The gradient inside the border. */
export function pad2dBackward(dy: Numbers, [height, width]: Size2, [top, left]: Size2): number[] {
  const padded = width + 2 * left;
  return rows(dy, (height + 2 * top) * padded).flatMap((map) =>
    Array.from({ length: height * width }, (_, i) => map[(Math.floor(i / width) + top) * padded + (i % width) + left]!),
  );
}

function rows(values: Numbers, length: number): number[][] {
  return Array.from({ length: values.length / length }, (_, n) => values.slice(n * length, (n + 1) * length));
}

/** y[n][o] = bias[o] + sum over i of weight[o][i]·x[n][i]. */
export function linearForward(x: Numbers, weight: Numbers, bias: Numbers, inFeatures: number): number[] {
  const images = x.length / inFeatures;
  const outFeatures = bias.length;
  const y: number[] = [];
  for (let n = 0; n < images; n++)
    for (let o = 0; o < outFeatures; o++) {
      let sum = bias[o]!;
      for (let i = 0; i < inFeatures; i++) sum += weight[o * inFeatures + i]! * x[n * inFeatures + i]!;
      y.push(sum);
    }
  return y;
}

export function linearBackward(x: Numbers, weight: Numbers, dy: Numbers, inFeatures: number) {
  const images = x.length / inFeatures;
  const outFeatures = dy.length / images;
  const dx = zeros(x.length);
  const dWeight = zeros(weight.length);
  const dBias = zeros(outFeatures);
  for (let n = 0; n < images; n++)
    for (let o = 0; o < outFeatures; o++) {
      const g = dy[n * outFeatures + o]!;
      dBias[o]! += g;
      for (let i = 0; i < inFeatures; i++) {
        dx[n * inFeatures + i]! += g * weight[o * inFeatures + i]!;
        dWeight[o * inFeatures + i]! += g * x[n * inFeatures + i]!;
      }
    }
  return { dx, dWeight, dBias };
}

/**
 * Per image -log softmax(z)[label], shifted by the maximum; gradient (softmax - target)·scale, target
 * (1 - smoothing)·onehot + smoothing / classes (torch.nn.CrossEntropyLoss, label_smoothing); the first largest class.
 * backgroundLogit: the logit of a background class, which no image has (LeCun et al. 1998, equation 9: -j).
 */
export function softmaxCrossEntropy(
  logits: Numbers,
  labels: Numbers,
  scale: number,
  {
    backgroundLogit = -Infinity,
    smoothing = 0,
    classWeights,
  }: {
    readonly backgroundLogit?: number;
    readonly smoothing?: number;
    readonly classWeights?: Numbers | undefined;
  } = {},
) {
  const classes = logits.length / labels.length;
  const weightOf = (c: number) => classWeights?.[c] ?? 1;
  const losses: number[] = [];
  const predicted: number[] = [];
  const gradient: number[] = [];
  for (const [n, label] of labels.entries()) {
    const z = logits.slice(n * classes, (n + 1) * classes);
    const top = Math.max(...z, backgroundLogit);
    const sum = z.reduce((total, value) => total + Math.exp(value - top), Math.exp(backgroundLogit - top));
    losses.push(Math.log(sum) - (z[label]! - top));
    predicted.push(z.indexOf(Math.max(...z)));
    const targets = z.map((_, c) => weightOf(c) * ((c === label ? 1 - smoothing : 0) + smoothing / classes));
    const total = targets.reduce((all, target) => all + target, 0);
    for (const [c, value] of z.entries()) gradient.push((total * (Math.exp(value - top) / sum) - targets[c]!) * scale);
  }
  return { losses, predicted, gradient };
}

/** gradient + scale · softmax(logits / temperature), image by image. */
export function addSoftmax(
  logits: Numbers,
  gradient: Numbers,
  classes: number,
  { temperature, scale }: { readonly temperature: number; readonly scale: number },
): number[] {
  return gradient.map((value, i) => {
    const first = i - (i % classes);
    const powers = logits.slice(first, first + classes).map((z) => Math.exp(z / temperature));
    return value + (scale * powers[i % classes]!) / powers.reduce((sum, each) => sum + each, 0);
  });
}

/** softmax(z) per image, computed from the gradient softmax - onehot. */
export function softmaxOfGradient(gradient: Numbers, labels: Numbers): number[] {
  const classes = gradient.length / labels.length;
  return gradient.map((g, i) => g + (labels[Math.floor(i / classes)] === i % classes ? 1 : 0));
}

/** p·(1 - p): the diagonal of the second derivative of cross-entropy with respect to the logits. */
export function softmaxCurvature(probabilities: Numbers): number[] {
  return probabilities.map((p) => p * (1 - p));
}

/** Per image -z[label] (LeCun et al. 1998, equation 8, where y = -z); gradient -onehot·scale. */
export function rightLogitLoss(logits: Numbers, labels: Numbers, scale: number) {
  const classes = logits.length / labels.length;
  const losses = labels.map((label, n) => -logits[n * classes + label]!);
  const gradient = logits.map((_, i) => (i % classes === labels[Math.floor(i / classes)] ? -scale : 0));
  return { losses, gradient };
}

/** One parameter and its optimizer state; the functions below return them after a step with gradient g. */
export interface Slot {
  readonly x: number;
  readonly first: number;
  readonly second: number;
}

/** torch.optim.SGD: g += l2·x; b = momentum·b + g; x -= rate·(nesterov ? g + momentum·b : b). `first` is b. */
export function sgdStep(
  { x, first, second }: Slot,
  g: number,
  o: { learningRate: number; l2: number; momentum: number; nesterov: boolean },
): Slot {
  const gradient = g + o.l2 * x;
  const b = o.momentum * first + gradient;
  return { x: x - o.learningRate * (o.nesterov ? gradient + o.momentum * b : b), first: b, second };
}

export interface MomentOptions {
  readonly learningRate: number;
  readonly l2: number;
  readonly betas: Size2;
  readonly eps: number;
  readonly biasCorrection: boolean;
}

/**
 * Adam (Kingma and Ba 2015, algorithm 1), AdamW (Loshchilov and Hutter 2019, algorithm 2; weightDecay > 0) and NAdam
 * (Dozat 2016, constant beta1). `first` is m, `second` v, t counts from 1.
 */
export function adamStep(
  { x, first, second }: Slot,
  g: number,
  t: number,
  o: MomentOptions & { readonly weightDecay: number; readonly ahead: boolean },
): Slot {
  const [b1, b2] = o.betas;
  const gradient = g + o.l2 * x;
  const m = b1 * first + (1 - b1) * gradient;
  const v = b2 * second + (1 - b2) * gradient ** 2;
  const c = (beta: number, exponent: number) => (o.biasCorrection ? 1 - beta ** exponent : 1);
  const direction = o.ahead ? (b1 * m) / c(b1, t + 1) + ((1 - b1) * gradient) / c(b1, t) : m / c(b1, t);
  const step = (o.learningRate * direction) / (Math.sqrt(v / c(b2, t)) + o.eps);
  return { x: x - o.learningRate * o.weightDecay * x - step, first: m, second: v };
}

/** AdaBelief (Zhuang et al. 2020, algorithm 2). `first` is m, `second` s, t counts from 1. */
export function adabeliefStep(
  { x, first, second }: Slot,
  g: number,
  t: number,
  o: MomentOptions & { readonly epsInside: number },
): Slot {
  const [b1, b2] = o.betas;
  const gradient = g + o.l2 * x;
  const m = b1 * first + (1 - b1) * gradient;
  const s = b2 * second + (1 - b2) * (gradient - m) ** 2 + o.epsInside;
  const c = (beta: number) => (o.biasCorrection ? 1 - beta ** t : 1);
  return { x: x - (o.learningRate * (m / c(b1))) / (Math.sqrt(s / c(b2)) + o.eps), first: m, second: s };
}

/** LeCun et al. 1998, appendix C: x -= rate / (mu + h)·(g + l2·x), where h, the second derivative, is `first`. */
export function sdlmStep(slot: Slot, g: number, o: { learningRate: number; l2: number; mu: number }): Slot {
  return { ...slot, x: slot.x - (o.learningRate / (o.mu + slot.first)) * (g + o.l2 * slot.x) };
}

/**
 * Lion (Chen et al. 2023, algorithm 2): x = (1 - rate·weightDecay)·x - rate·sign(beta1·m + (1 - beta1)·g), then
 * m = beta2·m + (1 - beta2)·g. `first` is m.
 */
export function lionStep(
  { x, first, second }: Slot,
  g: number,
  o: { learningRate: number; l2: number; betas: Size2; weightDecay: number },
): Slot {
  const [b1, b2] = o.betas;
  const gradient = g + o.l2 * x;
  const direction = Math.sign(b1 * first + (1 - b1) * gradient);
  const moved = (1 - o.learningRate * o.weightDecay) * x - o.learningRate * direction;
  return { x: moved, first: b2 * first + (1 - b2) * gradient, second };
}

/** The sum of squares. */
export function sumOfSquares(values: Numbers): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}

/** A step of a moving average: (1 - share)·average + share·x. */
export function average(averages: Numbers, x: Numbers, share: number): number[] {
  return averages.map((value, i) => (1 - share) * value + share * x[i]!);
}

// The kernels that only move numbers. Packs are [pack][element][lanes]: image n is in lane n % lanes of pack
// floor(n / lanes), with 4 or 8 lanes.

/** images [image][element] -> packs; lanes without an image are 0. */
export function toPacks(images: Numbers, elements: number, lanes: number): number[] {
  const packs = Math.ceil(images.length / elements / lanes);
  return Array.from({ length: packs * elements * lanes }, (_, i) => {
    const image = Math.floor(i / (elements * lanes)) * lanes + (i % lanes);
    return images[image * elements + (Math.floor(i / lanes) % elements)] ?? 0;
  });
}

/** Images `indices` of pixels [image][channel][area] -> packs [pack][area][channel][lanes]. */
export function gather(pixels: Numbers, indices: Numbers, channels: number, area: number, lanes: number): number[] {
  const elements = channels * area;
  const chosen = indices.flatMap((image) =>
    Array.from({ length: elements }, (_, i) => {
      const [pixel, channel] = [Math.floor(i / channels), i % channels];
      return pixels[image * elements + channel * area + pixel]!;
    }),
  );
  return toPacks(chosen, elements, lanes);
}

/** Where an output pixel reads its image: see View in src/data/augmentation/view.ts. The fields are [height][width]. */
export interface Resampling {
  readonly matrix: readonly [xx: number, xy: number, yx: number, yy: number];
  readonly offset: readonly [x: number, y: number];
  readonly field: { readonly x: Numbers; readonly y: Numbers } | null;
}

/** An image [channel][y][x] read at other places, interpolated linearly; outside it is zero. */
export function resample(
  image: Numbers,
  [height, width]: Size2,
  { matrix: [xx, xy, yx, yy], offset, field }: Resampling,
): number[] {
  const [centreX, centreY] = [(width - 1) / 2, (height - 1) / 2];
  return image.map((_, i) => {
    const channel = Math.floor(i / (height * width));
    const pixel = i % (height * width);
    const [right, down] = [(pixel % width) - centreX, Math.floor(pixel / width) - centreY];
    const x = centreX + xx * right + xy * down + offset[0] + (field ? field.x[pixel]! : 0);
    const y = centreY + yx * right + yy * down + offset[1] + (field ? field.y[pixel]! : 0);
    const at = (column: number, row: number) =>
      column < 0 || row < 0 || column >= width || row >= height ? 0 : image[(channel * height + row) * width + column]!;
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const along = (row: number) => at(left, row) + (x - left) * (at(left + 1, row) - at(left, row));
    return along(top) + (y - top) * (along(top + 1) - along(top));
  });
}

/** An image [channel][y][x] with the pixels of a box set to zero; right and bottom are not in the box. */
export function eraseBox(
  image: Numbers,
  [height, width]: Size2,
  box: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number },
): number[] {
  return image.map((value, i) => {
    const [x, y] = [i % width, Math.floor(i / width) % height];
    return x >= box.left && x < box.right && y >= box.top && y < box.bottom ? 0 : value;
  });
}

/** An image [channel][y][x] in a frame of zeros: a row and a column before it, two after it. */
export function frame(image: Numbers, [height, width]: Size2): number[] {
  const channels = image.length / (height * width);
  const [rows, columns] = [height + 3, width + 3];
  return Array.from({ length: channels * rows * columns }, (_, i) => {
    const [channel, y, x] = [Math.floor(i / (rows * columns)), (Math.floor(i / columns) % rows) - 1, (i % columns) - 1];
    return x < 0 || y < 0 || x >= width || y >= height ? 0 : image[(channel * height + y) * width + x]!;
  });
}

/** Matrix [rows][columns] -> [columns][rows], whose elements have `size` numbers each. */
export function transpose(matrix: Numbers, rowCount: number, columnCount: number, size = 1): number[] {
  return Array.from({ length: columnCount * rowCount * size }, (_, i) => {
    const [column, row] = [Math.floor(i / size / rowCount), Math.floor(i / size) % rowCount];
    return matrix[(row * columnCount + column) * size + (i % size)]!;
  });
}

/** Every number `times` times. */
export function spread(values: Numbers, times: number): number[] {
  return values.flatMap((value) => Array<number>(times).fill(value));
}

/** Numbers as factors: for quads every number four times, for octs once. */
export function factors(values: Numbers, lanes: number): number[] {
  return spread(values, lanes === 4 ? 4 : 1);
}

/** The sum of `chunks` blocks of `size` numbers, whose starts lie `stride` numbers apart. */
export function sumChunks(blocks: Numbers, size: number, stride: number, chunks: number): number[] {
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: chunks }, (_, chunk) => blocks[chunk * stride + i]!).reduce((a, b) => a + b),
  );
}

/** Four strips of `length` numbers, whose starts are `step` numbers apart -> [length][4]. */
export function cutStrips(values: Numbers, step: number, length: number): number[] {
  return Array.from({ length: length * 4 }, (_, i) => values[(i % 4) * step + Math.floor(i / 4)]!);
}

/** Four strips [length][4] -> [4][length], one after the other. */
export function joinStrips(strips: Numbers): number[] {
  return transpose(strips, strips.length / 4, 4);
}

/** a + b. */
export function add(a: Numbers, b: Numbers): number[] {
  return a.map((value, i) => value + b[i]!);
}

/** `values` with the `size` numbers from each of `starts` on set to 0. */
export function clear(values: Numbers, starts: Numbers, size: number): number[] {
  return values.map((value, i) => (starts.some((start) => i >= start && i < start + size) ? 0 : value));
}

/** `values` with magnitudes below 2^-100 set to 0. */
export function flushTiny(values: Numbers): number[] {
  return values.map((value) => (Math.abs(value) < 2 ** -100 ? 0 : value));
}

/** Weights [out][in][ky][kx] -> [out][ky] lines of (kx, in), each with zeros up to a multiple of `lanes` numbers. */
export function packWeights(
  weights: Numbers,
  outChannels: number,
  channels: number,
  [kh, kw]: Size2,
  lanes: number,
): number[] {
  const line = Math.ceil((kw * channels) / lanes) * lanes;
  return Array.from({ length: outChannels * kh * line }, (_, i) => {
    const [o, ky, at] = [Math.floor(i / line / kh), Math.floor(i / line) % kh, i % line];
    const [kx, c] = [Math.floor(at / channels), at % channels];
    return kx < kw ? weights[((o * channels + c) * kh + ky) * kw + kx]! : 0;
  });
}
