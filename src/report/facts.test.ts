/** Facts of a study: names, equal configurations, counts, times, rounds, and records of older formats. */
import { describe, expect, test } from 'vitest';
import type { Settings } from '../study/definition.ts';
import type { Trial } from '../study/trial.ts';
import { lenetSettings } from '../tasks/lenet/configuration.ts';
import { rivals, type StudyFacts, studyFacts } from './facts.ts';
import { imagesOf } from './images.ts';
import {
  batchScores,
  batchStage,
  canonicalOf,
  definitionOf,
  factsOf,
  judgementOf,
  meansOnly,
  recordOf,
  referenceOf,
  stageOf,
  trialOf,
  trialsOf,
} from './study.testing.ts';

const two = definitionOf([batchStage, stageOf('l2', [0, 1e-2])]);
const decayed = [1, 2, 3].map((seed) => trialOf(500 + seed, canonicalOf({ batchSize: 32, l2: 0.01 }), seed, 95 + seed));
const whole = factsOf(recordOf(two, [...trialsOf(batchStage, batchScores), ...decayed]));

describe('levels', () => {
  test('configurations are numbered in the order of the study, each once', () => {
    expect(whole.stages.map(({ levels }) => levels.map(({ id }) => id))).toEqual([
      ['C1', 'C2', 'C3'],
      ['C1', 'C4'],
    ]);
    expect([...whole.configurations]).toEqual([
      [
        'C1',
        [
          { stage: 0, level: 0 },
          { stage: 1, level: 0 },
        ],
      ],
      ['C2', [{ stage: 0, level: 1 }]],
      ['C3', [{ stage: 0, level: 2 }]],
      ['C4', [{ stage: 1, level: 1 }]],
    ]);
  });

  test('scores are in the order of the seeds; a failed trial has none', () => {
    const facts = factsOf(recordOf(definitionOf([batchStage]), trialsOf(batchStage, [[98, 'diverged', 99], [97]])));
    expect(facts.stages[0]!.levels.map((level) => level.scores)).toEqual([
      [98, undefined, 99],
      [97, undefined, undefined],
      [undefined, undefined, undefined],
    ]);
    expect(facts.stages[0]!.levels[0]!.failures.map(({ seed }) => seed)).toEqual([2]);
  });

  test('a level with an earlier configuration names that level and the reason', () => {
    const stage = stageOf('optimizer', ['adam', 'adamw', 'nadam']);
    const [first] = factsOf(recordOf(definitionOf([stage]), [])).stages;
    expect(first!.levels.map(({ sameAs }) => sameAs)).toEqual([
      undefined,
      { stage: 0, level: 0, reason: 'AdamW with weight decay 0 is Adam' },
      undefined,
    ]);
    expect(whole.stages[1]!.levels[0]!.sameAs).toEqual({ stage: 0, level: 0, reason: undefined });
  });

  test('judgements belong to their levels; the carried level is marked', () => {
    const judged = factsOf(recordOf(two, [...trialsOf(batchStage, batchScores), ...decayed]), [
      judgementOf([{ standing: 'best' }, { standing: 'worse' }, { standing: 'may be best' }], { margin: 0.3 }),
      judgementOf([{ standing: 'may be best' }, { standing: 'may be best' }], { carried: 0 }),
    ]);
    const [one, other] = judged.stages;
    expect(one!.levels.map(({ judgement }) => judgement.standing)).toEqual(['best', 'worse', 'may be best']);
    expect(one!.levels.map(({ isSelected }) => isSelected)).toEqual([true, false, false]);
    expect(other!.levels.map(({ isCarried }) => isCarried)).toEqual([true, false]);
    expect(one!.judgement.margin).toBe(0.3);
    expect(rivals(one!).map(({ id }) => id)).toEqual(['C3']);
  });

  test('there are steps only if the study asks for them', () => {
    const asked = factsOf(
      recordOf({ ...definitionOf([batchStage]), compare: 'previous' }, trialsOf(batchStage, batchScores)),
    );
    expect(asked.stages[0]!.steps.map(({ level, difference }) => [level, difference!.mean])).toEqual([
      [1, -1],
      [2, -1],
    ]);
    expect(whole.stages[0]!.steps).toEqual([]);
  });
});

describe('the whole study', () => {
  test('winner, counts and seconds', () => {
    expect(whole.winner!.id).toBe('C1');
    expect(whole.finished).toBe(true);
    expect(whole.counts).toEqual({ running: 0, complete: 12, pruned: 0, failed: 0, ended: 12, expected: 12 });
    // Two epochs of 2 s each, after epoch 0.
    expect(whole.coreSeconds).toBe(12 * 6);
    expect(whole.measure).toEqual({
      objective: 'accuracy',
      goal: 'maximize',
      set: 'test',
      images: undefined,
      epochs: 2,
      resolve: 0.1,
    });
  });

  test('every trial lists the levels that use it', () => {
    const orphan = trialOf(900, canonicalOf({ batchSize: 7 }), 1, 90);
    const facts = factsOf(recordOf(two, [...trialsOf(batchStage, batchScores), orphan]));
    expect(facts.trials[0]).toMatchObject({
      id: 'C1',
      places: [
        { stage: 0, level: 0 },
        { stage: 1, level: 0 },
      ],
    });
    expect(facts.trials[0]!.settings).toMatchObject({ batchSize: 32, learningRate: 3e-4 });
    expect(facts.trials.at(-1)).toMatchObject({ id: undefined, places: [] });
  });

  test('looks have the id of their configuration; the winner has its own looks only', () => {
    const look = { trial: 0, seed: 1, loss: 0.1, accuracy: 0.99 };
    const looks = [
      { ...look, configuration: canonicalOf({ batchSize: 32 }) },
      { ...look, configuration: canonicalOf({ batchSize: 64 }) },
    ];
    const facts = factsOf(recordOf(two, [...trialsOf(batchStage, batchScores), ...decayed], { looks }));
    expect(facts.looks.map(({ id }) => id)).toEqual(['C1', 'C2']);
    expect(facts.winner!.looks).toHaveLength(1);
  });

  test('times are medians of seconds per epoch by batch size, with the reference’s times', () => {
    const reference = referenceOf({ secondsPerEpoch: (batchSize) => (batchSize === 32 ? 12 : undefined) });
    // Epoch 0, the untrained network, does not count.
    const took = [90, 1, 2];
    const trials = trialsOf(batchStage, batchScores).map((trial) => ({
      ...trial,
      curve: trial.curve.map((point) => ({ ...point, seconds: { train: took[point.epoch]!, evaluate: 5 } })),
    }));
    const facts = factsOf(recordOf(two, trials), undefined, { reference });
    expect(facts.epochTimes).toEqual([
      { batchSize: 32, ours: 1.5, reference: 12 },
      { batchSize: 64, ours: 1.5, reference: undefined },
      { batchSize: 128, ours: 1.5, reference: undefined },
    ]);
  });

  test('a reference that matches no level is left out, and so are its times', () => {
    const reference = referenceOf({ beside: () => undefined, secondsPerEpoch: () => 12 });
    const facts = factsOf(recordOf(two, trialsOf(batchStage, batchScores)), undefined, { reference });
    expect(facts.reference).toBeUndefined();
    expect(facts.epochTimes.map((time) => time.reference)).toEqual([undefined, undefined, undefined]);
  });

  test('a failed trial that was tried again with success no longer counts', () => {
    const failed = trialOf(0, canonicalOf({ batchSize: 32 }), 1, 'diverged');
    const again = trialOf(900, canonicalOf({ batchSize: 32 }), 1, 98);
    const rest = trialsOf(batchStage, batchScores).slice(1);
    const counts = (trials: readonly Trial[]) => factsOf(recordOf(definitionOf([batchStage]), trials)).counts;
    expect(counts([failed, ...rest])).toMatchObject({ complete: 8, failed: 1, ended: 9 });
    expect(counts([failed, ...rest, again])).toEqual({
      running: 0,
      complete: 9,
      pruned: 0,
      failed: 0,
      ended: 9,
      expected: 9,
    });
  });

  test('a stage in which every level failed ends the study', () => {
    const failed = factsOf(
      recordOf(
        two,
        trialsOf(batchStage, [
          ['a', 'a', 'a'],
          ['b', 'b', 'b'],
          ['c', 'c', 'c'],
        ]),
      ),
    );
    expect([failed.stuck, failed.winner, failed.counts.failed]).toEqual([0, undefined, 9]);
  });

  test('sessions and foreign trials are passed on', () => {
    const foreign = [{ number: 90, state: 'complete', value: 97, settings: { l2: 0.1 } } as const];
    expect(factsOf(recordOf(two, [], { foreign })).foreign).toEqual(foreign);
  });
});

test('records of older formats, which hold every hyperparameter, give today’s configurations', () => {
  const older = trialsOf(batchStage, batchScores).map((trial) => {
    const { seed: _, ...configuration } = { ...lenetSettings.complete(trial.configuration) } as Record<string, never>;
    return { ...trial, configuration };
  });
  expect(Object.keys(older[0]!.configuration).length).toBeGreaterThan(15);
  const facts = factsOf(recordOf(two, older, { format: 3 }));
  const shown = ({ stages }: StudyFacts) => stages[0]!.levels.map((level) => [level.id, level.scores]);
  expect(shown(facts)).toEqual(shown(whole));
});

test('the timeline of a seed rule says which level left after which round', () => {
  const definition = definitionOf([batchStage], { seeds: { atLeast: 3, atMost: 6, resolve: 0.1 } });
  const near = [
    [98.4, 98.9, 98.2, 98.8, 98.6, 99],
    [98.9, 98.4, 98.8, 98.2, 99, 98.6],
    [90, 90.1, 90.05],
  ];
  const facts = factsOf(recordOf(definition, trialsOf(batchStage, near)));
  expect(facts.stages[0]!.timeline).toEqual({
    rounds: 6,
    entries: [
      { level: 0, rounds: 6, end: 'in' },
      { level: 1, rounds: 6, end: 'in' },
      { level: 2, rounds: 3, end: 'left' },
    ],
  });
  expect(facts.stages[0]!.ended).toBe(15);
  const failing = [...near.slice(0, 2).map((scores) => scores.slice(0, 4)), [98.6, 98.5, 98.7, 'diverged']];
  const withdrawn = factsOf(recordOf(definition, trialsOf(batchStage, failing)));
  expect(withdrawn.stages[0]!.timeline!.entries.at(-1)).toEqual({ level: 2, rounds: 4, end: 'withdrawn' });
});

describe('images of the set that selects', () => {
  const wrong = (mistakes: number, images: number) => {
    const bytes = new Uint8Array(Math.ceil(images / 8));
    for (let i = 0; i < mistakes; i++) bytes[i >> 3]! |= 1 << (i & 7);
    return bytes;
  };
  const answered = (mistakes: number, images: number) => {
    const trial = trialOf(0, {}, 1, 100 * (1 - mistakes / images));
    return { ...trial, wrong: wrong(mistakes, images) };
  };

  test.each([300, 301, 307, 10_000, 4999])('%i images are found from the number of bits and the accuracy', (images) => {
    expect(imagesOf([answered(7, images)])).toBe(images);
  });

  test('a trial without mistakes is passed over; if there is no other, it gives the padded number', () => {
    expect(imagesOf([answered(0, 301), answered(3, 301)])).toBe(301);
    expect(imagesOf([answered(0, 301)])).toBe(304);
  });

  test('without recorded answers there is no number; a number given by the caller is used', () => {
    expect(imagesOf([trialOf(0, {}, 1, 98)])).toBeUndefined();
    const record = recordOf(two, [answered(7, 301)]);
    let seen: number | undefined;
    const judge: typeof meansOnly = (stage, definition) => meansOnly(stage, definition);
    studyFacts(record, lenetSettings, {
      images: 999,
      judge: (stage, definition, images) => {
        seen = images;
        return judge(stage, definition);
      },
    });
    expect(seen).toBe(999);
  });
});

test('each configuration is made canonical at most twice, however many trials there are', () => {
  const count = (levels: number) => {
    let calls = 0;
    const settings = {
      ...lenetSettings,
      canonical: (given: Settings) => {
        calls++;
        return lenetSettings.canonical(given);
      },
      complete: (given: Settings) => {
        calls++;
        return lenetSettings.complete(given);
      },
    };
    const stage = stageOf(
      'batchSize',
      Array.from({ length: levels }, (_, i) => i + 1),
    );
    const trials = trialsOf(
      stage,
      stage.levels.map(() => [98]),
    );
    studyFacts(recordOf(definitionOf([stage], { seeds: [1] }), trials), settings, { judge: meansOnly });
    return calls;
  };
  expect(count(200) / count(100)).toBeLessThan(2.1);
});
