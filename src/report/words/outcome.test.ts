/** Every sentence on the outcome of a study. */
import { describe, expect, test } from 'vitest';
import type { LevelJudgement, StageJudgement } from '../../study/judgement.ts';
import { lenetSettings } from '../../tasks/lenet/configuration.ts';
import {
  base,
  batchStage,
  besideRun,
  canonicalOf,
  definitionOf,
  factsOf,
  judgementOf,
  prunedTrialOf,
  recordOf,
  referenceOf,
  stageOf,
  trialOf,
  trialsOf,
} from '../study.testing.ts';
import { caveats } from './caveats.ts';
import { levelNotes } from './notes.ts';
import { outcome, protocolSentence, quote, teachersSentence } from './outcome.ts';
import { remarks } from './remarks.ts';

const one = definitionOf([batchStage]);
const scores = [
  [98, 98.5, 99.5],
  [97, 97.5, 98],
  [96, 96.5, 97],
];
const reference = referenceOf();
const judged = (
  winner: Partial<LevelJudgement>,
  other: Partial<LevelJudgement> = { standing: 'worse' },
): StageJudgement => judgementOf([{ standing: 'best', ...winner }, other, { standing: 'worse' }]);

const mean = [98.1, 99.2] as const;
const otherImages = { mean: [97.9, 99.4], differenceToBest: undefined } as const;

describe('the winner', () => {
  const told = (judgement: StageJudgement, definition = one, options: Parameters<typeof factsOf>[2] = {}) =>
    outcome(factsOf(recordOf(definition, trialsOf(batchStage, scores)), [judgement], options));

  test('settings and score', () => {
    expect(told(judged({})).headline).toEqual(['Winner: batchSize 32.', 'Testing accuracy: 98.67 % (3 seeds).']);
    expect(told(judged({}), { ...one, protocol: 'held-out' }).headline[1]).toBe(
      'Validation accuracy: 98.67 % (3 seeds).',
    );
  });

  test('both intervals, and which of them to quote', () => {
    expect(told(judged({ mean, otherImages })).details).toEqual([
      '95 % intervals of the winner’s mean: 98.10 to 99.20 % for other seeds on these images, 97.90 to 99.40 % for other seeds and other images.',
      quote,
    ]);
    expect(quote).toBe(
      'If you ship a model and ask what it does on new images, quote the wider one; to compare settings on this benchmark, quote the other.',
    );
  });

  test('one interval or none', () => {
    expect(told(judged({ mean })).details).toEqual([
      '95 % interval of the winner’s mean: 98.10 to 99.20 % for other seeds on these images.',
    ]);
    const { protocol: _, ...without } = one;
    expect(told(judged({ mean }), without).details).toEqual([
      '95 % interval of the winner’s mean: 98.10 to 99.20 % for other seeds on the same data.',
    ]);
    expect(told(judged({ otherImages })).details).toEqual([
      '95 % interval of the winner’s score: 97.90 to 99.40 % for this network on other images; other seeds may give more or less.',
    ]);
    expect(told(judged({})).details).toEqual([]);
  });

  test('what is not settled', () => {
    expect(told(judged({}, { standing: 'may be best' })).headline.at(-1)).toBe(
      'The choice is not settled by 3 seeds: another level may be as good.',
    );
    const two = definitionOf([batchStage, stageOf('l2', [0, 0.01])]);
    const decayed = [1, 2, 3].map((seed) => trialOf(50 + seed, canonicalOf({ batchSize: 32, l2: 0.01 }), seed, 90));
    const record = recordOf(two, [...trialsOf(batchStage, scores), ...decayed]);
    const open = judgementOf([{ standing: 'best' }, { standing: 'may be best' }]);
    expect(outcome(factsOf(record, [judged({}), open])).headline.at(-1)).toBe(
      'The choice of l2 is not settled by 3 seeds: another level may be as good.',
    );
  });

  test('a choice by one seed is not settled: another seed may reverse it', () => {
    const two = definitionOf([batchStage, stageOf('l2', [0, 0.01])], { seeds: [1] });
    const decayed = trialOf(50, canonicalOf({ batchSize: 32, l2: 0.01 }), 1, 90);
    const record = recordOf(two, [...trialsOf(batchStage, [[98], [97], [96]]), decayed]);
    const here = { scope: 'these networks' } as const;
    const worse = { standing: 'worse', ...here } as const;
    const decided = judgementOf([{ standing: 'best', ...here }, worse, worse], { method: 'images' });
    const other = judgementOf([{ standing: 'best', ...here }, worse], { method: 'images' });
    const open = judgementOf(
      [
        { standing: 'may be best', ...here },
        { standing: 'may be best', ...here },
      ],
      { method: 'images' },
    );
    const last = (judgements: readonly StageJudgement[]) => outcome(factsOf(record, judgements)).headline.at(-1);
    expect(last([decided, other])).toBe(
      'The choice of batchSize and l2 is not settled by one seed: another seed may reverse it.',
    );
    expect(last([decided, open])).toBe(
      'The choice of batchSize and l2 is not settled by one seed: another level may be as good, or another seed may reverse it.',
    );
  });

  test('a choice by the images of two seeds is not settled either', () => {
    const here = { standing: 'worse', scope: 'these networks' } as const;
    const two = recordOf(
      { ...one, seeds: [1, 2] },
      trialsOf(
        batchStage,
        scores.map((own) => own.slice(0, 2)),
      ),
    );
    const judgement = judgementOf([{ standing: 'best', scope: 'these networks' }, here, { standing: 'worse' }]);
    expect(outcome(factsOf(two, [judgement])).headline.at(-1)).toBe(
      'The choice is not settled by 2 seeds: other seeds may reverse it.',
    );
  });

  test('the reference’s aim is mentioned only under protocol post', () => {
    expect(told(judged({}), one, { reference }).headline[2]).toBe(
      'The mean did not reach the post’s 99 %; 1 of 3 runs did.',
    );
    expect(told(judged({}), one, { reference: referenceOf({ aim: 98 }) }).headline[2]).toBe(
      'The mean reached the post’s 98 %; 3 of 3 runs did.',
    );
    expect(told(judged({}), { ...one, protocol: 'held-out' }, { reference }).headline).toHaveLength(2);
    const elsewhere = referenceOf({ beside: () => undefined });
    expect(told(judged({}), one, { reference: elsewhere }).headline).toHaveLength(2);
    expect(told(judged({})).headline).toHaveLength(2);
    const single = factsOf(recordOf({ ...one, seeds: [1] }, trialsOf(batchStage, [[99.1], [98], [97]])), undefined, {
      reference,
    });
    expect(outcome(single).headline[2]).toBe('The post’s 99 % was reached.');
  });

  test('looks at the test set', () => {
    const look = { trial: 0, loss: 0.1, configuration: canonicalOf({ batchSize: 32 }) };
    const looks = [
      { ...look, seed: 1, accuracy: 0.99 },
      { ...look, seed: 2, accuracy: 0.98 },
    ];
    const record = recordOf({ ...one, protocol: 'held-out' }, trialsOf(batchStage, scores), { looks });
    expect(outcome(factsOf(record, [judged({})])).headline[2]).toBe('On the test set: 98.50 % (99.00, 98.00).');
    const once = { ...record, looks: looks.slice(0, 1) };
    expect(outcome(factsOf(once, [judged({})])).headline[2]).toBe('On the test set: 99.00 %.');
  });
});

test('without a winner: the progress, or why the study ended', () => {
  expect(outcome(factsOf(recordOf(one, trialsOf(batchStage, [[98], [97]])))).headline).toEqual([
    'Not finished: 2 of about 9 trials have ended.',
  ]);
  const failed = trialsOf(batchStage, [
    ['x', 'x', 'x'],
    ['x', 'x', 'x'],
    ['x', 'x', 'x'],
  ]);
  expect(outcome(factsOf(recordOf(one, failed))).headline).toEqual([
    'The study ended early: no level of stage 1 ended well with every seed.',
  ]);
});

describe('the protocol', () => {
  const look = { trial: 0, seed: 1, loss: 0, accuracy: 1, configuration: {} };
  const complete = trialsOf(batchStage, scores);
  const said = (protocol: 'post' | 'held-out', looks = 0, trials = complete, limits = {}) =>
    protocolSentence(
      factsOf(
        recordOf(
          { ...one, protocol, base: { ...base, ...limits } },
          trials.map((trial) => ({ ...trial, configuration: { ...trial.configuration, ...limits } })),
          { looks: Array.from({ length: looks }, () => look) },
        ),
      ),
    );

  test('post: the score, if there is one, is called optimistic', () => {
    const start = 'Protocol post: trained on the whole training set and selected on the test set, as the post did.';
    expect(said('post')).toBe(`${start} The winner’s score is therefore optimistic.`);
    expect(said('post', 0, [])).toBe(`${start} The winner’s score will therefore be optimistic.`);
    const failed = trialsOf(
      batchStage,
      scores.map(() => ['x', 'x', 'x']),
    );
    expect(said('post', 0, failed)).toBe(start);
  });

  const start =
    'Protocol held-out: settings are selected on a twelfth of the training set, drawn by class and fixed by the data’s hash; ';

  test('held-out: looks at the test set', () => {
    expect(said('held-out')).toBe(`${start}no network has been evaluated on the test set.`);
    expect(said('held-out', 1)).toBe(
      `${start}the test set was looked at once, to evaluate selected configurations only.`,
    );
    expect(said('held-out', 3)).toBe(
      `${start}the test set was looked at 3 times, to evaluate selected configurations only.`,
    );
    const { protocol: _, ...none } = one;
    expect(protocolSentence(factsOf(recordOf(none, [])))).toBeUndefined();
  });

  test('held-out: other images than a twelfth, and teachers', () => {
    const held = { ...one, protocol: 'held-out', heldOut: 4000, heldOutSplit: 2 } as const;
    expect(protocolSentence(factsOf(recordOf(held, [])))).toContain(
      'settings are selected on 4,000 images of the training set (split 2), drawn by class',
    );
    const teacher = (letter: string) => ({ file: '/a', sha256: letter.repeat(64) });
    const distill = { teachers: [teacher('a'), teacher('b')], temperature: 3, weight: 0.5 };
    expect(teachersSentence(factsOf(recordOf({ ...held, distill }, [])))).toBe(
      'Every network learned from 2 saved models (SHA-256 aaaaaaaaaaaa, bbbbbbbbbbbb) at temperature 3 with weight 0.5.',
    );
    expect(teachersSentence(factsOf(recordOf(held, [])))).toBeUndefined();
  });

  test('limits on training and test images are named', () => {
    expect(said('post', 0, complete, { trainLimit: 1500, testLimit: 300 })).toBe(
      'Protocol post: trained on the first 1,500 training images and selected on the first 300 test images. The winner’s score is therefore optimistic.',
    );
    expect(said('held-out', 1, complete, { trainLimit: 500, testLimit: 300 })).toBe(
      `${start}networks are trained on the first 500 of the other training images; the test set was looked at once (the first 300 images), to evaluate selected configurations only.`,
    );
    const varied = stageOf('trainLimit', [500, 1000]);
    expect(protocolSentence(factsOf(recordOf(definitionOf([varied]), [])))).toContain(
      'trained on the first 500 or 1,000 training images and selected on the test set.',
    );
  });
});

describe('remarks and notes on levels', () => {
  const twins = stageOf('optimizer', ['adam', 'adamw']);
  const two = definitionOf([batchStage, twins]);
  const all = trialsOf(batchStage, scores);

  test('a level that was carried on has a remark on the scores that selected it', () => {
    const facts = factsOf(recordOf(two, all), [judged({}), judgementOf([{}, {}], { carried: 0 })]);
    expect(remarks(facts.stages[1]!, facts)).toEqual([
      'optimizer adam has the scores that it was selected for in stage 1 (as batchSize 32). Such scores are likely a little too good, so a level that is barely worse here may be as good; fresh seeds would tell.',
      'optimizer adamw is the same training as optimizer adam, done once: AdamW with weight decay 0 is Adam.',
    ]);
  });

  test('under a seed rule a stage has seeds of its own', () => {
    const rule = definitionOf([batchStage, twins], { seeds: { atLeast: 3, atMost: 4, resolve: 5 } });
    const record = recordOf(
      rule,
      trialsOf(batchStage, [
        [98, 98, 98],
        [80, 80.1, 80],
        [70, 70.1, 70],
      ]),
    );
    const facts = factsOf(record);
    expect(levelNotes(facts.stages[1]!.levels[0]!, facts.stages[1]!, facts)).toEqual([
      'has the settings of batchSize 32 of stage 1, but seeds of its own',
    ]);
  });

  test('a pruned seed has its reason, if known', () => {
    const [, ...rest] = trialsOf(batchStage, scores);
    const noted = (reason?: string) => {
      const pruned = prunedTrialOf(0, canonicalOf({ batchSize: 32 }), 1, reason);
      const facts = factsOf(recordOf(one, [pruned, ...rest]));
      return levelNotes(facts.stages[0]!.levels[0]!, facts.stages[0]!, facts);
    };
    expect(noted()).toEqual(['seed 1 was pruned']);
    expect(noted('worse than the median\nmore')).toEqual(['seed 1 was pruned: worse than the median']);
  });

  test('a failed seed has its reason in one line', () => {
    const facts = factsOf(recordOf(one, trialsOf(batchStage, [['diverged: the loss is NaN\nmore', 98, 98]])));
    const [stage] = facts.stages;
    expect(levelNotes(stage!.levels[0]!, stage!, facts)).toEqual(['seed 1 failed: diverged: the loss is NaN']);
  });

  test('a remark of the reference on a run appears once', () => {
    const run = { ...besideRun, remark: 'It is special.' };
    const facts = factsOf(recordOf(one, all), undefined, { reference: referenceOf({ beside: () => run }) });
    expect(remarks(facts.stages[0]!, facts)).toEqual(['It is special.']);
  });
});

describe('steps', () => {
  const compared = (given: readonly (readonly (number | string)[])[], seeds = [1, 2, 3]) => {
    const facts = factsOf(recordOf({ ...one, seeds, compare: 'previous' }, trialsOf(batchStage, given)));
    return remarks(facts.stages[0]!, facts);
  };

  test('a step that cannot be compared is named', () => {
    expect(
      compared([
        [98, 98, 98],
        ['x', 'x', 'x'],
        [96, 96, 96],
      ]),
    ).toEqual([
      'batchSize 64 cannot be compared with 32: they have no finished trial with a common seed.',
      'batchSize 128 cannot be compared with 64: they have no finished trial with a common seed.',
    ]);
    expect(
      compared([
        [98, 98, 98],
        [97, 97, 97],
        ['x', 'x', 'x'],
      ]),
    ).toEqual(['batchSize 128 cannot be compared with 64: they have no finished trial with a common seed.']);
    expect(compared(scores)).toEqual([]);
    expect(compared([[98]])).toEqual([]);
  });
});

describe('caveats', () => {
  const optimistic =
    'The winner was selected on the test set, so its score is not an estimate for new images. Protocol held-out gives such an estimate.';
  const lucky =
    'The winner’s mean is the best of several, so it is likely a little too good. Only fresh seeds would tell by how much.';

  test('for protocol post', () => {
    const facts = factsOf(recordOf(one, trialsOf(batchStage, scores)), [judged({ mean, otherImages })], {
      images: 10_000,
    });
    expect(caveats(facts)).toEqual([
      optimistic,
      'Intervals of means are about other seeds (initial weights and order of the images) on these 10,000 test images.',
      `Intervals for other images also allow for the choice of the images. ${quote}`,
      '3 seeds leave wide intervals: “may be the best” is not “as good as the best”.',
      lucky,
    ]);
  });

  test('for held-out images and for a loss', () => {
    const held = { ...one, protocol: 'held-out' } as const;
    const said = caveats(factsOf(recordOf(held, trialsOf(batchStage, scores)), [judged({ mean, otherImages })]));
    expect(said[1]).toBe(
      `Intervals for other images also allow for the choice of the images. They are computed from the images that selected the winner. ${quote}`,
    );
    const loss = caveats(
      factsOf(recordOf({ ...held, objective: 'loss' }, trialsOf(batchStage, scores)), [judged({ mean })]),
    );
    expect(loss[1]).toBe(
      'For a loss there is no interval for other images: the journal records right and wrong answers, not the loss of each image.',
    );
  });

  test('for one seed, several stages and fused arithmetic', () => {
    const two = definitionOf([batchStage, stageOf('l2', [0, 0.01])], {
      seeds: [1],
      protocol: 'held-out',
      base: { ...base, arithmetic: 'fused' },
    });
    const trials = batchStage.levels.map(({ settings }, i) =>
      trialOf(i, lenetSettings.canonical({ ...base, arithmetic: 'fused', ...settings }), 1, 98 - i),
    );
    expect(caveats(factsOf(recordOf(two, trials)))).toEqual([
      'With a single seed the spread between seeds is unknown: a difference between two rows may be that spread alone.',
      lucky,
      'One factor at a time cannot see that one hyperparameter’s best value depends on another’s.',
      'Each stage’s verdict is wrong in at most 5 % of studies. With several stages, the chance that at least one verdict is wrong is larger.',
      'Some trials used fused arithmetic, whose results may differ in the last bits on another processor.',
    ]);
  });

  test('for a seed rule: which intervals keep 95 % although the study chose when to stop', () => {
    const rule = definitionOf([batchStage], { seeds: { atLeast: 3, atMost: 6, resolve: 0.1 }, protocol: 'held-out' });
    const said = caveats(factsOf(recordOf(rule, trialsOf(batchStage, scores)), [judged({ mean })]));
    expect(said[1]).toBe(
      'The 95 % of the differences hold over all rounds together. The intervals of single means are computed as if the number of seeds had been fixed beforehand.',
    );
  });

  test('five seeds have no caveat about few seeds', () => {
    const seeds = [1, 2, 3, 4, 5];
    const five = factsOf(recordOf({ ...one, seeds }, trialsOf(batchStage, [seeds.map((seed) => 90 + seed)])));
    const four = factsOf(recordOf({ ...one, seeds: [1, 2, 3, 4] }, trialsOf(batchStage, [[91, 92, 93, 94]])));
    const few = '4 seeds leave wide intervals: “may be the best” is not “as good as the best”.';
    expect(caveats(four)).toContain(few);
    expect(caveats(five).filter((said) => said.includes('seeds leave'))).toEqual([]);
  });

  test('without a winner no caveat mentions one', () => {
    const failed = trialsOf(batchStage, [
      [98, 'x', 98],
      ['x', 97, 97],
      ['x', 'x', 'x'],
    ]);
    expect(caveats(factsOf(recordOf(one, failed))).filter((said) => said.includes('winner'))).toEqual([]);
  });

  test('without trials there are no caveats', () => {
    expect(caveats(factsOf(recordOf({ ...one, protocol: 'held-out' }, [])))).toEqual([]);
  });
});
