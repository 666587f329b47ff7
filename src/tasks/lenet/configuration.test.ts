/** Which settings train the same network. */
import { expect, test } from 'vitest';
import { canonicalSettings, lenetSettings } from './configuration.ts';

test('AdamW without decay is Adam, with it it is not', () => {
  const adam = canonicalSettings({ optimizer: 'adam' });
  expect(canonicalSettings({ optimizer: 'adamw' })).toEqual(adam);
  expect(canonicalSettings({ optimizer: 'adamw', weightDecay: 0.1 })).toEqual({ optimizer: 'adamw', weightDecay: 0.1 });
  expect(lenetSettings.whySame({ optimizer: 'adam' }, { optimizer: 'adamw' })).toBe(
    'AdamW with weight decay 0 is Adam',
  );
  expect(lenetSettings.whySame({ batchSize: 128 }, {})).toBeUndefined();
});

test('defaults are left out, so writing one out changes nothing', () => {
  expect(canonicalSettings({ batchSize: 128, optimizer: 'adam', seed: 9 })).toEqual({});
});
