/** The moving average of weights over many steps. */
import { expect, test } from 'vitest';
import { randomStream } from '../base/random.ts';
import { flatten } from '../nn/flatten.ts';
import { initialWeights } from '../nn/initialize.ts';
import { linear } from '../nn/linear.ts';
import { sequential } from '../nn/model.ts';
import { sgd } from '../nn/optimizers/sgd.ts';
import { fit } from './fit.ts';

test('the average of weights that do not change is these weights, however long it is', async () => {
  const model = sequential('m', [1, 1, 2], { flat: flatten(), fc: linear(2, 2) });
  const initial = initialWeights(model, randomStream(1, 'init'));
  const images = 1000;
  const train = {
    name: 'dark',
    images: new Uint8Array(2 * images),
    labels: new Uint8Array(images),
    shape: [1, 1, 2] as const,
    classes: 2,
  };
  // Dark images have no gradient by the weights. 10,000 steps, a tenth of those that the average reaches back.
  const recipe = { model, optimizer: sgd({ learningRate: 1e-30 }), batchSize: 1, epochs: 10, ema: 0.99999 };
  const expected = initial.get('fc.weight')!.data;
  let found = new Float32Array();
  for await (const event of fit(recipe, { train, initial, evaluateAt: () => false }))
    if (event.type === 'epoch') found = Float32Array.from(event.weights.get('fc.weight')!.data);
  for (const [i, value] of expected.entries()) expect(Math.abs(found[i]! / value - 1)).toBeLessThan(1e-5);
});
