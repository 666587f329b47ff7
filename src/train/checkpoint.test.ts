import { describe, expect, test } from 'vitest';
import { WorldError } from '../base/errors.ts';
import { readSafetensors, writeSafetensors } from '../base/safetensors.ts';
import type { Tensor } from '../base/tensor.ts';
import {
  decodeCheckpoint,
  decodeModel,
  decodePredictions,
  encodeCheckpoint,
  encodeModel,
  encodePredictions,
} from './checkpoint.ts';

const record = { run: '0123456789abcdef', model: 'small', hyperparameters: '{"seed":1}', dataHash: 'ab', version: '1' };
const tensor = (...values: number[]): Tensor => ({ shape: [values.length], data: Float32Array.from(values) });
const weights = new Map([
  ['fc.weight', { shape: [2, 2], data: Float32Array.of(1, -2, 0.5, 1e-30) }],
  ['fc.bias', tensor(0, -0)],
]);
const optimizerState = new Map([['exp_avg', new Map([['fc.bias', tensor(3, 4)]])]]);
const logits = { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) };

const files = [
  { name: 'model', bytes: encodeModel(weights, record), decode: decodeModel },
  { name: 'predictions', bytes: encodePredictions({ logits, epoch: 2 }, record), decode: decodePredictions },
  {
    name: 'checkpoint',
    bytes: encodeCheckpoint({ epoch: 1, batch: 2, weights, optimizerState }, record),
    decode: decodeCheckpoint,
  },
];

describe.each(files)('a $name file', ({ bytes, decode }) => {
  const whole = decode(bytes, 'file');

  test('with any one bit flipped is refused or read unchanged', () => {
    let refused = 0;
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      try {
        expect(decode(damaged, 'file'), `bit ${bit}`).toEqual(whole);
      } catch (error) {
        if (!(error instanceof WorldError)) throw error;
        refused++;
      }
    }
    // Only bits of the header's padding, at most 7 spaces, are harmless.
    expect(refused).toBeGreaterThanOrEqual(bytes.length * 8 - 7 * 8);
  });

  test('is read unchanged when another program has sorted its tensors', () => {
    const { tensors, metadata } = readSafetensors(bytes, 'file');
    const sorted = new Map([...tensors].reverse());
    expect(decode(writeSafetensors(sorted, Object.fromEntries(metadata)), 'file')).toEqual(whole);
  });
});

test('a number changed by another program does not match the digest', () => {
  const { tensors, metadata } = readSafetensors(encodeModel(weights, record), 'file');
  const changed = new Map(tensors).set('fc.bias', tensor(0, 0));
  expect(() => decodeModel(writeSafetensors(changed, Object.fromEntries(metadata)), 'm.safetensors')).toThrow(
    'm.safetensors is damaged: its content does not match its digest',
  );
});

test('files without a digest are read: of our first versions, and of other programs with any metadata', () => {
  const { run: _, ...older } = record;
  for (const metadata of [{}, older, { digest: 'sha256:12', run: 'wandb/3' }]) {
    const { tensors: read } = decodeModel(writeSafetensors(weights, metadata), 'file');
    expect([...read]).toEqual([...weights]);
  }
});

test('a file without predictions, format or position is refused by name', () => {
  const model = encodeModel(weights, record);
  expect(() => decodePredictions(model, 'p')).toThrow('p holds no predictions');
  expect(() => decodeCheckpoint(model, 'c')).toThrow('c is no checkpoint of format 2');
  const noPosition = writeSafetensors(weights, { recordFormat: '2', epoch: '-1', batch: '0' });
  expect(() => decodeCheckpoint(noPosition, 'c')).toThrow('c does not say its epoch and batch');
});
