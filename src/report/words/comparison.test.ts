/** Every sentence of a comparison of two configurations. */
import { describe, expect, test } from 'vitest';
import type { StudyDefinition } from '../../study/definition.ts';
import type { Trial } from '../../study/trial.ts';
import { lenetSettings } from '../../tasks/lenet/configuration.ts';
import { studyFacts } from '../facts.ts';
import {
  batchStage,
  canonicalOf,
  definitionOf,
  factsOf,
  recordOf,
  stageOf,
  trialOf,
  trialsOf,
} from '../study.testing.ts';
import { compareText } from '../terminal.ts';

const wide = 1000;
function lines(
  scores: readonly (readonly (number | string)[])[],
  { change = (trial) => trial, ...rest }: Partial<StudyDefinition> & { change?: (trial: Trial) => Trial } = {},
): string[] {
  const record = recordOf({ ...definitionOf([batchStage]), ...rest }, trialsOf(batchStage, scores).map(change));
  return compareText(factsOf(record), 'C1', 'c2', wide).split('\n');
}

describe('several seeds', () => {
  test('a difference that chance does not explain', () => {
    expect(
      lines([
        [98, 98.5, 99],
        [97, 97.6, 98],
        [96, 96, 96],
      ]),
    ).toEqual([
      'C1: batchSize 32: 98.50 (97.26 to 99.74); seeds: 98.00, 98.50, 99.00',
      'C2: batchSize 64: 97.53 (96.28 to 98.78); seeds: 97.00, 97.60, 98.00',
      'They differ in batchSize 32 against 64.',
      'C1 minus C2: +0.97 points, 95 % interval +0.82 to +1.11; p = 0.001 (paired t test over 3 seeds): a difference that chance does not explain.',
    ]);
  });

  test('within chance: the number of seeds that would decide is given', () => {
    const [, , , judged] = lines([
      [98, 98.5, 99],
      [98.1, 98.4, 98.8],
    ]);
    expect(judged).toBe(
      'C1 minus C2: +0.07 points, 95 % interval −0.31 to +0.45; p = 0.529 (paired t test over 3 seeds): within chance. About 12 seeds would resolve 0.1 points.',
    );
    expect(
      lines([
        [98, 90],
        [91, 99],
      ])[3],
    ).toContain('To resolve 0.1 points would take more seeds than are practical.');
  });

  test('within chance: no number where the seeds resolve the aim already', () => {
    expect(
      lines([
        [98, 98.01, 98],
        [98.01, 98, 98],
      ])[3],
    ).toMatch(/within chance\.$/);
  });
});

describe('one seed', () => {
  const answered = (bits: readonly number[]) => (trial: Trial) => ({
    ...trial,
    wrong: Uint8Array.of(bits[trial.number / 100]!, 0),
  });

  test('the images show a difference between the networks', () => {
    const said = lines([[98], [97]], { seeds: [1], change: answered([0, 0b1111_1111]) });
    expect(said.slice(3)).toEqual([
      'C1 minus C2: +1.00 points; p = 0.008 (exact McNemar test on the images): the two networks differ, which another seed may reverse.',
      'How much results vary from seed to seed is unknown.',
      'seed 1: 8 images only C1 gets right, 0 only C2 (exact McNemar p = 0.008)',
    ]);
  });

  test('the images show no difference', () => {
    const said = lines([[98], [97]], { seeds: [1], change: answered([0b1, 0b110]) });
    expect(said[3]).toBe('C1 minus C2: +1.00 points; p = 1.000 (exact McNemar test on the images): within chance.');
    expect(said[5]).toBe('seed 1: 2 images only C1 gets right, 1 only C2 (exact McNemar p = 1.000)');
  });

  test('without answers there is no test', () => {
    expect(lines([[98], [97]], { seeds: [1] }).at(-1)).toBe(
      'C1 minus C2: +1.00 points; one seed alone allows no test.',
    );
  });
});

test('intervals stay within the range of accuracies and their differences', () => {
  const record = recordOf(
    definitionOf([batchStage], { seeds: [1, 2] }),
    trialsOf(batchStage, [
      [100, 60],
      [0, 50],
      [10, 10],
    ]),
  );
  const said = compareText(studyFacts(record, lenetSettings), 'C1', 'C2', wide).split('\n');
  expect(said.slice(0, 2)).toEqual([
    'C1: batchSize 32: 80.00 (0.00 to 100.00); seeds: 100.00, 60.00',
    'C2: batchSize 64: 25.00 (0.00 to 100.00); seeds: 0.00, 50.00',
  ]);
  expect(said[3]).toMatch(/^C1 minus C2: \+55\.00 points, 95 % interval −100\.00 to \+100\.00; /);
});

describe('a seed rule', () => {
  const rule = definitionOf([batchStage, stageOf('l2', [0, 0.01])], {
    seeds: { atLeast: 3, atMost: 3, resolve: 1 },
  });
  const carried = canonicalOf({ batchSize: 32 });
  const trials = [
    ...trialsOf(batchStage, [
      [98, 98.5, 98.2],
      [90, 90.5, 90.1],
      [80, 80.5, 80.1],
    ]),
    ...[98.4, 98.6, 98.7].map((score, i) => trialOf(500 + i, carried, 1001 + i, score)),
    ...[97, 97.4, 97.1].map((score, i) => trialOf(600 + i, { ...carried, l2: 0.01 }, 1001 + i, score)),
  ];
  const told = (first: string, second: string) =>
    compareText(studyFacts(recordOf(rule, trials), lenetSettings), first, second, wide).split('\n');
  const added = 'A t test of two levels ignores that seeds were added until the question was settled.';

  test('a level that was carried on has the seeds of all its stages', () => {
    const said = told('C1', 'C4');
    expect(said[0]).toBe(
      'C1: batchSize 32, l2 0: 98.40 (98.13 to 98.67); seeds of stage 1: 98.00, 98.50, 98.20; seeds of stage 2: 98.40, 98.60, 98.70',
    );
    expect(said[1]).toMatch(/^C4: .*; seeds: 97\.00, 97\.40, 97\.10$/);
    expect(said[3]).toMatch(/^C1 minus C4: \+1\.40 points, .* \(paired t test over 3 seeds\): /);
    expect(said[4]).toBe(added);
    expect(told('C1', 'C2')[3]).toMatch(/ \(paired t test over 3 seeds\): /);
  });

  test('levels of different stages have no seed in common', () => {
    expect(told('C2', 'C4').slice(3)).toEqual(['C2 and C4 have no finished trial with a common seed.']);
  });
});

test('configurations without a common seed are not compared', () => {
  expect(lines([[98], ['x', 97, 97]]).at(-1)).toBe('C1 and C2 have no finished trial with a common seed.');
  expect(lines([[98], []])[1]).toBe('C2: batchSize 64: no finished trial; seeds: -, -, -');
});

test('a loss has no unit “points”', () => {
  expect(
    lines(
      [
        [0.1, 0.12],
        [0.2, 0.25],
      ],
      { objective: 'loss' },
    )[3],
  ).toMatch(/^C1 minus C2: −0\.1150, 95 % interval −0\.3056 to \+0\.0756; p = 0\.083 /);
});

describe('names', () => {
  const stage = stageOf('optimizer', ['adam', 'adamw', 'nadam']);
  const facts = factsOf(recordOf(definitionOf([stage]), trialsOf(stage, [[98, 98, 98]])));

  test('one configuration under two labels', () => {
    expect(compareText(facts, 'adam', 'adamw', wide).split('\n').at(-1)).toBe(
      'Both are C1, one configuration (AdamW with weight decay 0 is Adam): there is nothing to compare.',
    );
    expect(compareText(facts, 'C1', 'C1', wide).split('\n').at(-1)).toMatch(/^Both are C1, one configuration/);
  });

  test('a level is found by its label as declared and as printed', () => {
    const rates = stageOf('learningRate', ['1e-3', '1e-6']).levels.map(({ label }) => ({
      label,
      settings: { learningRate: Number(label) },
    }));
    const found = factsOf(recordOf(definitionOf([{ factors: ['learningRate'], levels: rates }]), []));
    for (const name of ['1e-3', 'C1'])
      expect(compareText(found, name, 'C2', wide)).toContain('learningRate 1e-3 against 1e-6');
  });

  test('an unknown name is refused with the list of configurations', () => {
    expect(() => compareText(facts, 'C1', 'sgd', wide)).toThrow(
      'there is no configuration "sgd": give one of C1 (adam), C2 (nadam)',
    );
    const two = definitionOf([batchStage, stageOf('l2', [32])]);
    const ambiguous = factsOf(
      recordOf(
        two,
        trialsOf(batchStage, [
          [98, 98, 98],
          [97, 97, 97],
          [96, 96, 96],
        ]),
      ),
    );
    expect(() => compareText(ambiguous, '32', 'C1', wide)).toThrow(
      /^"32" names several configurations: give one of C1 \(32\), /,
    );
  });
});
