// `npm run bench -- micro`: microseconds of every step of LeNet-5 for a batch of 32, forward and backward, one thread,
// with GFLOP/s and the share of this processor's multiply-add peak in WebAssembly (measured first), for quads and, where
// V8 can widen them, octs. Options: --rounds N (default 15), --widths quads,octs, --model lenet5-1998, --model general (a chain of layers of other shapes, to see what the general
// kernels do; its gradients are dense).
import { parseArgs } from 'node:util';
import { randomStream } from '../dist/base/random.js';
import { Arena, createMemory } from '../dist/engine/arena.js';
import { bindKernels, compileKernels, lanesOf, supportsFused } from '../dist/engine/kernels.js';
import { conv2d, flatten, linear, maxPool2d, sequential } from '../dist/index.js';
import { stepsOf } from '../dist/nn/fusion.js';
import { parametersOf } from '../dist/nn/model.js';
import { layOutParameters } from '../dist/nn/network.js';
import { usingPass } from '../dist/nn/pass.js';
import { enableFused } from '../dist/node.js';
import { lenet5, modelByName } from '../dist/tasks/lenet/models.js';
import { keep, machineLine, median, printTable, say } from './measurement.mjs';
import { peakGflops } from './peak.mjs';
import { usableWidths } from './settings.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    model: { type: 'string', default: 'lenet5' },
    widths: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
enableFused();
const widths = values.widths?.split(',') ?? usableWidths();
const models = {
  lenet5,
  'lenet5-1998': () => modelByName('lenet5-1998'),
  general: () =>
    sequential('general', [3, 32, 32], {
      conv5x5: conv2d(3, 8, 5, { padding: 2 }),
      conv3x3: conv2d(8, 16, 3),
      conv7x7: conv2d(16, 8, 7),
      conv1x1: conv2d(8, 32, 1),
      pool3x3: maxPool2d(3, { stride: 2 }),
      conv3x3by2: conv2d(32, 24, 3, { stride: 2 }),
      flat: flatten(),
      fc300: linear(600, 300),
      fc33: linear(300, 33),
    }),
};
const model = models[values.model]?.();
if (model === undefined) {
  console.error(`--model: there is no "${values.model}"; there are ${Object.keys(models).join(', ')}`);
  process.exit(2);
}
// A batch of 32 is two chunks of 16 images.
const chunk = 16;
const chunks = 2;

/** Every step of the network as { name, macs, run }, its buffers filled with numbers like those of training. */
function stepsFor(arithmetic, width) {
  const lanes = lanesOf[width];
  const vectorBytes = 4 * lanes;
  const packs = chunk / lanes;
  const pass = usingPass(chunk, lanes);
  const memory = createMemory();
  const kernels = bindKernels(compileKernels(arithmetic, width), memory);
  const arena = new Arena(memory, kernels.heapBase());
  const { offsets, bytes } = layOutParameters(model);
  const [parameters, gradients, m, v, updated] = [0, 0, 0, 0, 0].map(() => arena.allocate(bytes * chunks));
  const random = randomStream(1, 'bench');
  const fill = (address, floats, low, high) => {
    const array = arena.f32(address, floats);
    for (let i = 0; i < floats; i++) array[i] = low + (high - low) * random.uniform();
  };
  fill(parameters, bytes / 4, -0.1, 0.1);
  // So that some four in five sums behind pooling are positive, as in training: theirs are the gradients that count.
  for (const { name, shape } of parametersOf(model)) {
    if (shape.length === 1) arena.f32(parameters + offsets.get(name), shape[0]).fill(0.1);
  }
  const elements = (shape) => shape.reduce((product, size) => product * size, 1);
  let last = {
    shape: model.input,
    value: arena.allocate(chunk * elements(model.input) * 4),
    gradient: 0,
    isShared: false,
  };
  fill(last.value, chunk * elements(model.input), 0, 1);
  const bytesOf = (images) => images * elements(model.input);
  const pictures = arena.allocate(bytesOf(1000));
  const pixels = arena.u8(pictures, bytesOf(1000));
  for (let i = 0; i < pixels.length; i++) pixels[i] = random.below(256);
  const order = arena.table(Array.from({ length: chunk }, () => random.below(1000)));
  const gather = {
    images: pictures,
    indices: order,
    count: chunk,
    channels: model.input[0],
    area: model.input[1] * model.input[2],
    dst: last.value,
  };
  let wanted = false;
  const done = [];
  for (const { layers, place } of stepsOf(model)) {
    const own = layers.flatMap((layer) => layer.parameters);
    const gradientOffsets = own.map(({ name }) => offsets.get(name));
    const input = wanted ? last : { ...last, gradient: 0 };
    const placed = place({
      name: layers[0].name,
      kernels,
      arena,
      lanes,
      vectorBytes,
      packs,
      training: true,
      single: false,
      curvature: false,
      outputShape: layers.at(-1).output,
      gradientOffsets,
      input,
      parameters: gradientOffsets.map((offset) => parameters + offset),
      buffers: [],
      statistics: { forward: 0, backward: 0 },
    });
    wanted ||= own.length > 0;
    placed.prepare?.();
    placed.forward(pass);
    last = placed.output;
    if (last.gradient) fill(last.gradient, chunk * elements(last.shape), -1, 1);
    const macs = layers.reduce((sum, layer) => sum + layer.multiplyAdds, 0) * chunk * chunks;
    const name = layers.map((layer) => layer.name).join('+');
    const each = (work) => () => {
      for (let c = 0; c < chunks; c++) work();
    };
    done.push({ name: `${name} forward`, macs, run: each(() => placed.forward(pass)) });
    const products = input.gradient && macs > 0 ? 2 : 1;
    done.push({
      name: `${name} backward`,
      macs: macs * products,
      run: each(() => placed.backward(pass, gradients)),
    });
    if (placed.prepare) done.push({ name: `${name} prepare`, macs: 0, run: () => placed.prepare(true) });
  }
  const step = {
    x: updated,
    g: gradients,
    m,
    v,
    vectors: bytes / vectorBytes,
    l2: 0,
    beta1: 0.9,
    rest1: 0.1,
    beta2: 0.999,
    rest2: 0.001,
    eps: 1e-8,
    keep: 1,
    mScale: 3e-4,
    gScale: 0,
    vScale: 1,
  };
  const run = () => {
    kernels.sumChunks({ g: gradients, stride: bytes, chunks, vectors: bytes / vectorBytes });
    kernels.adam(step);
  };
  const gathering = () => {
    for (let c = 0; c < chunks; c++) kernels.gatherBytes(gather);
  };
  return [{ name: 'gather', macs: 0, run: gathering }, ...done, { name: 'adam', macs: 0, run }];
}

const arithmetics = supportsFused() ? ['strict', 'fused'] : ['strict'];
const variants = arithmetics.flatMap((arithmetic) =>
  widths.map((width) => ({ arithmetic, width, name: `${arithmetic} ${width}` })),
);
const all = variants.flatMap(({ arithmetic, width, name: variant }) =>
  stepsFor(arithmetic, width).map((step) => ({ ...step, variant, samples: [] })),
);
for (const step of all) {
  // Long enough for the optimizing compiler to be done.
  for (const end = performance.now() + 60; performance.now() < end; ) step.run();
}
const peaks = new Map(widths.map((width) => [width, []]));
for (let round = 1; round <= rounds; round++) {
  say(`round ${round} of ${rounds}`);
  if (supportsFused()) for (const width of widths) peaks.get(width).push(await peakGflops(width));
  for (const step of all) {
    const began = performance.now();
    let times = 0;
    for (; performance.now() - began < 8; times++) step.run();
    step.samples.push(((performance.now() - began) * 1000) / times);
  }
}
say('');
console.log(`${machineLine}; medians of ${rounds}; microseconds for 32 images, one thread`);
const peakOf = (width) => (supportsFused() ? median(peaks.get(width)) : undefined);
const peakText = widths.map((width) => `${width} ${peakOf(width)?.toFixed(1)} GFLOP/s`).join(', ');
console.log(`multiply-add peak: ${supportsFused() ? peakText : 'no relaxed SIMD here'}\n`);
const results = all.map(({ name, variant, macs, samples }) => {
  const peak = peakOf(variant.split(' ')[1]);
  const microseconds = median(samples);
  const gflops = (2 * macs) / microseconds / 1000;
  return { name, variant, microseconds, ...(macs > 0 ? { gflops, ofPeak: peak && gflops / peak } : {}) };
});
const cells = ({ microseconds, gflops, ofPeak }) => [
  microseconds.toFixed(1),
  gflops === undefined ? '' : gflops.toFixed(1),
  ofPeak === undefined ? '' : `${(100 * ofPeak).toFixed(0)} %`,
];
const names = [...new Set(results.map(({ name }) => name))];
const row = (name) =>
  variants.flatMap(({ name: variant }) => cells(results.find((r) => r.name === name && r.variant === variant)));
const total = variants.flatMap(({ name: variant }) => {
  const own = results.filter((r) => r.variant === variant);
  return [own.reduce((sum, { microseconds }) => sum + microseconds, 0).toFixed(0), '', ''];
});
printTable([
  ['step', ...variants.flatMap(({ name }) => [`${name} µs`, 'GFLOP/s', 'of peak'])],
  ...names.map((name) => [name, ...row(name)]),
  ['total', ...total],
]);
// Gradients behind relu and pooling are mostly zero and skipped, so a backward step may pass the peak.
keep('micro', {
  model: model.name,
  rounds,
  peaks: widths.map((width) => ({ width, gflops: peakOf(width) ?? null })),
  results,
});
