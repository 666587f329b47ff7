// Trains a network in octs until V8 has optimized its kernels, then prints which function has which name. Run with V8's
// trace of the pass (widened.test.ts).

import { compileKernels } from '../dist/engine/kernels.js';
import {
  adam,
  conv2d,
  fit,
  flatten,
  gelu,
  globalAvgPool2d,
  lenet5,
  linear,
  modelByName,
  sequential,
  sgd,
  silu,
} from '../dist/index.js';

const [name, arithmetic] = process.argv.slice(2);
const images = 256;
const train = {
  name: 'noise',
  images: Uint8Array.from({ length: images * 784 }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) >>> 13) & 0xff),
  labels: Uint8Array.from({ length: images }, (_, i) => i % 10),
  shape: [1, 28, 28],
  classes: 10,
};
const groups = () =>
  sequential('groups', [1, 28, 28], {
    conv: conv2d(1, 8, 3, { stride: 2 }),
    gelu: gelu(),
    depthwise: conv2d(8, 8, 3, { padding: 'same', groups: 8 }),
    silu: silu(),
    grouped: conv2d(8, 16, [1, 3], { groups: 2 }),
    pool: globalAvgPool2d(),
    flat: flatten(),
    fc: linear(16, 10),
  });
const recipes = {
  lenet5: () => ({ model: lenet5(), optimizer: adam() }),
  groups: () => ({ model: groups(), optimizer: adam() }),
  'lenet5-1998': () => ({ model: modelByName(name), optimizer: sgd({ learningRate: 1e-3, momentum: 0.9 }) }),
};
const recipe = recipes[name]();
for await (const _ of fit({ ...recipe, batchSize: 32, epochs: 40, arithmetic }, { train, width: 'octs' }));

const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
const { exports } = new WebAssembly.Instance(compileKernels(arithmetic, 'octs'), { env: { memory } });
// The name of an exported function in JavaScript is its number in the module.
const names = Object.entries(exports).map(([kernel, { name: number }]) => `${number} ${kernel}`);
process.stdout.write(`\nkernels: ${names.join(', ')}\n`);
