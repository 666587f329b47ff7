// `npm run bench -- layers`: layers alone on 16 images, one thread, strict, for quads and, where V8 can widen them, octs.
// Nanoseconds per multiply-add of convolutions, forward, of one of the two gradients, and the mean of all three, beside a
// dense convolution of the same stride; nanoseconds per number of layers without products, beside tanh. Least of all rounds: other programs
// only add time. Option: --rounds N (default 40).
import { parseArgs } from 'node:util';
import { randomStream, streamKey } from '../dist/base/random.js';
import { Arena, createMemory } from '../dist/engine/arena.js';
import { bindKernels, compileKernels, lanesOf } from '../dist/engine/kernels.js';
import * as nn from '../dist/index.js';
import { about } from '../dist/nn/layers.js';
import { keep, machineLine, printTable, say } from './measurement.mjs';
import { usableWidths } from './settings.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '40' } } });
const rounds = Number(values.rounds);
const images = 16;
const wide = [32, 14, 14];
const groupsOf = (groups) => ({ padding: 'same', groups });
const byTwo = { padding: 1, stride: 2 };
/** Name, layer, its input's shape, and the name of the layer that it is compared with. */
const products = [
  ['dense 3x3, 16 to 32', nn.conv2d(16, 32, 3, groupsOf(1)), [16, 14, 14], 'dense 3x3, 16 to 32'],
  ['2 groups', nn.conv2d(16, 32, 3, groupsOf(2)), [16, 14, 14], 'dense 3x3, 16 to 32'],
  ['4 groups', nn.conv2d(16, 32, 3, groupsOf(4)), [16, 14, 14], 'dense 3x3, 16 to 32'],
  ['depthwise 3x3, 32', nn.conv2d(32, 32, 3, groupsOf(32)), wide, 'dense 3x3, 16 to 32'],
  ['depthwise 5x5, 32', nn.conv2d(32, 32, 5, groupsOf(32)), wide, 'dense 3x3, 16 to 32'],
  ['dense 3x3, stride 2', nn.conv2d(32, 32, 3, byTwo), wide, 'dense 3x3, stride 2'],
  ['depthwise 3x3, stride 2', nn.conv2d(32, 32, 3, { ...byTwo, groups: 32 }), wide, 'dense 3x3, stride 2'],
  ['dense 1x1, 32 to 32', nn.conv2d(32, 32, 1), wide, 'dense 1x1, 32 to 32'],
  ['1x1, 4 groups', nn.conv2d(32, 32, 1, { groups: 4 }), wide, 'dense 1x1, 32 to 32'],
];
const plain = [
  ['tanh', nn.tanh(), wide, 'tanh'],
  ['gelu', nn.gelu(), wide, 'tanh'],
  ['silu', nn.silu(), wide, 'tanh'],
  ['relu', nn.relu(), wide, 'tanh'],
  ['leakyRelu', nn.leakyRelu(), wide, 'tanh'],
  ['dropout', nn.dropout(0.5), wide, 'tanh'],
  ['batchNorm2d', nn.batchNorm2d(32), wide, 'tanh'],
  ['globalAvgPool2d', nn.globalAvgPool2d(), wide, 'tanh'],
  ['avgPool2d, 2', nn.avgPool2d(2), wide, 'tanh'],
];

const elements = (shape) => shape.reduce((product, size) => product * size, 1);

/** A layer on its own, ready to run, and by what its time is divided. */
function placed(layer, shape, width) {
  const lanes = lanesOf[width];
  const packs = images / lanes;
  const memory = createMemory();
  const kernels = bindKernels(compileKernels('strict', width), memory);
  const arena = new Arena(memory, kernels.heapBase());
  const random = randomStream(1, 'bench');
  const filled = (floats) => {
    const address = arena.allocate(floats * 4);
    const block = arena.f32(address, floats);
    for (let i = 0; i < floats; i++) block[i] = random.uniform() - 0.5;
    return address;
  };
  const kind = about(layer);
  const outputShape = kind.outputShape(shape);
  const [value, gradient] = [0, 0].map(() => filled(images * elements(shape)));
  const sizes = kind.parameters().map((parameter) => Math.ceil(elements(parameter.shape) / 8) * 8);
  const gradients = filled(sizes.reduce((sum, size) => sum + size, 8));
  const statistics = [0, 0, 0].map(() => filled(Math.ceil(kind.statistics() / 8) * 8 + 8));
  const site = {
    ...{ name: 'layer', kernels, arena, working: arena, lanes, vectorBytes: 4 * lanes, packs, outputShape },
    ...{ training: true, single: false, curvature: false },
    input: { shape, value, gradient, isShared: false },
    parameters: sizes.map(filled),
    gradientOffsets: sizes.map((_, i) => 4 * sizes.slice(0, i).reduce((sum, size) => sum + size, 0)),
    buffers: kind.buffers().map((buffer) => filled(elements(buffer.shape))),
    statistics: { forward: statistics[0], backward: statistics[1] },
  };
  const half = kind.place(site);
  const dy = arena.f32(half.output.gradient, images * elements(outputShape));
  for (let i = 0; i < dy.length; i++) dy[i] = random.uniform() - 0.5;
  const indices = arena.table(Array.from({ length: images }, (_, i) => i));
  const streams = (purpose) => streamKey(1, purpose, 1);
  const pass = { images, packs, training: true, epoch: 1, indices, streams };
  const batch = { images: [images], addresses: [statistics[2]] };
  half.prepare?.(true);
  return {
    forward() {
      half.wholeBatch?.contribute(pass, statistics[2]);
      half.wholeBatch?.combine(batch);
      half.forward(pass);
    },
    backward() {
      half.wholeBatch?.contributeBack(pass, statistics[2]);
      half.wholeBatch?.combineBack(batch);
      half.backward(pass, gradients);
    },
    work: images * (kind.multiplyAdds(outputShape, shape) || elements(shape)),
  };
}

const widths = usableWidths();
const all = [...products, ...plain].flatMap(([name, layer, shape]) =>
  widths.map((width) => ({
    name,
    width,
    ...placed(layer, shape, width),
    least: { forward: Infinity, backward: Infinity },
  })),
);
for (let round = 0; round <= rounds; round++) {
  say(`round ${round} of ${rounds}`);
  for (const each of all) {
    for (const half of ['forward', 'backward']) {
      // The first round lasts until the optimizing compiler is done.
      const milliseconds = round === 0 ? 60 : 2;
      const began = performance.now();
      let times = 0;
      for (; performance.now() - began < milliseconds; times++) each[half]();
      const nanoseconds = ((performance.now() - began) * 1e6) / times / each.work;
      if (round > 0) each.least[half] = Math.min(each.least[half], nanoseconds);
    }
  }
}
say('');
const results = all.map(({ name, width, least: { forward, backward } }) => {
  const isProduct = products.some(([product]) => product === name);
  return isProduct
    ? { name, width, forward, backward: backward / 2, mean: (forward + backward) / 3 }
    : { name, width, forward, backward, both: forward + backward };
});
console.log(`${machineLine}; least of ${rounds}; nanoseconds, strict, one thread`);
const found = (name, width) => results.find((result) => result.name === name && result.width === width);
for (const [title, layers, total] of [
  ['per multiply-add', products, 'mean'],
  ['per number', plain, 'both'],
]) {
  console.log('');
  printTable([
    [title, ...widths.flatMap((width) => [`${width}: forward`, 'backward', total, 'ratio'])],
    ...layers.map(([name, , , other]) => [
      name,
      ...widths.flatMap((width) => {
        const result = found(name, width);
        const cells = [result.forward, result.backward, result[total]].map((number) => number.toFixed(3));
        return [...cells, (result[total] / found(other, width)[total]).toFixed(2)];
      }),
    ]),
  ]);
}
keep('layers', { rounds, results });
