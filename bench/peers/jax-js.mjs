// One measurement of jax-js on its wasm backend: seconds for some batches of training LeNet-5. Prints one JSON object.
// The whole update, Adam included, is one jit function, the fastest form jax-js has. Options: --batch N, --count N.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { blockUntilReady, defaultDevice, init, jit, lax, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { initialWeights, timeTraining } from './task.mjs';

const { values } = parseArgs({ options: { batch: { type: 'string' }, count: { type: 'string' } } });
const batch = Number(values.batch);
await init('wasm');
defaultDevice('wasm');

const pool = (x) => lax.reduceWindow(x, np.max, [2, 2], [2, 2]);
const dense = (x, weight, bias) => np.dot(x, weight.transpose()).add(bias);
const channels = (bias) => bias.reshape([1, -1, 1, 1]);

/** Mean cross-entropy. In jax-js a use of an array takes it away, unless through `.ref`. */
function loss(p, x, y) {
  const h1 = pool(nn.relu(lax.conv(x, p['conv1.weight'], [1, 1], 'VALID').add(channels(p['conv1.bias']))));
  const h2 = pool(nn.relu(lax.conv(h1, p['conv2.weight'], [1, 1], 'VALID').add(channels(p['conv2.bias']))));
  const h3 = nn.relu(dense(h2.reshape([batch, 256]), p['fc1.weight'], p['fc1.bias']));
  const h4 = nn.relu(dense(h3, p['fc2.weight'], p['fc2.bias']));
  const logits = dense(h4, p['fc3.weight'], p['fc3.bias']);
  return nn
    .logSoftmax(logits)
    .mul(nn.oneHot(y, 10))
    .sum()
    .mul(-1 / batch);
}

/** Adam; `rate` is learning rate / (1 - 0.9^t), `root` 1 / sqrt(1 - 0.999^t). */
const step = jit((p, m, v, x, y, rate, root) => {
  const [value, gradients] = valueAndGrad(loss)(tree.ref(p), x, y);
  const each = (make) => Object.fromEntries(Object.keys(p).map((name) => [name, make(name)]));
  const nextM = each((name) => m[name].mul(0.9).add(gradients[name].ref.mul(0.1)));
  const nextV = each((name) => v[name].mul(0.999).add(np.square(gradients[name]).mul(0.001)));
  const next = each((name) =>
    p[name].sub(nextM[name].ref.mul(rate.ref).div(np.sqrt(nextV[name].ref).mul(root.ref).add(1e-8))),
  );
  rate.dispose();
  root.dispose();
  return [value, next, nextM, nextV];
});

const weights = [...initialWeights()];
const zeros = () => Object.fromEntries(weights.map(([name, { shape }]) => [name, np.zeros(shape)]));
let p = Object.fromEntries(weights.map(([name, { shape, data }]) => [name, np.array(data).reshape(shape)]));
let [m, v] = [zeros(), zeros()];
let t = 0;

async function update(images, labels) {
  t++;
  const [rate, root] = [3e-4 / (1 - 0.9 ** t), 1 / Math.sqrt(1 - 0.999 ** t)].map((value) => np.array(value));
  const x = np.array(images).reshape([batch, 1, 28, 28]);
  const y = np.array(Int32Array.from(labels), { dtype: np.int32 });
  let value;
  [value, p, m, v] = step(p, m, v, x, y, rate, root);
  await blockUntilReady([p, m, v]);
  return (await value.data())[0];
}

const { version } = JSON.parse(readFileSync(new URL('node_modules/@jax-js/jax/package.json', import.meta.url), 'utf8'));
await timeTraining(`jax-js ${version}`, batch, Number(values.count), update);
