/** Settings that older versions recorded. */
import { expect, test } from 'vitest';
import { canonicalSettings } from './configuration.ts';
import { completeHyperparameters } from './hyperparameters.ts';
import { identityValue, recordedHyperparameters, upgradedSettings } from './older-settings.ts';

test('a cosine of a journal of format 5 goes by epochs, one of format 6 by steps; nothing else changes', () => {
  expect(upgradedSettings({ schedule: 'cosine', epochs: 3 }, 5)).toEqual({ schedule: 'cosine-by-epochs', epochs: 3 });
  expect(upgradedSettings({ schedule: 'cosine' }, 6)).toEqual({ schedule: 'cosine' });
  expect(upgradedSettings({ schedule: 'lecun1998', optimizer: 'sgd' }, 3)).toEqual({
    schedule: 'lecun1998',
    optimizer: 'sgd',
  });
});

test('a cosine in the record of a run without a warm-up goes by epochs', () => {
  const { warmUp, warmUpFrom, finalRate, ...older } = completeHyperparameters({ schedule: 'cosine' });
  expect(recordedHyperparameters(older)).toEqual(completeHyperparameters({ schedule: 'cosine-by-epochs' }));
  const record = completeHyperparameters({ schedule: 'cosine' });
  expect(recordedHyperparameters(record)).toEqual(record);
  expect([warmUp, warmUpFrom, finalRate]).toEqual([0, 0.04, 0]);
});

test('the two cosines are two runs and two configurations, and the older keeps its identity', () => {
  expect([identityValue('cosine-by-epochs'), identityValue('cosine'), identityValue('linear')]).toEqual([
    'cosine',
    'cosine-by-steps',
    'linear',
  ]);
  expect(canonicalSettings({ schedule: 'cosine' })).not.toEqual(canonicalSettings({ schedule: 'cosine-by-epochs' }));
});
