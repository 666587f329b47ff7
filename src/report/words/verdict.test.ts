/** Every sentence of a verdict. */
import { describe, expect, test } from 'vitest';
import type { SeedRule, StudyDefinition } from '../../study/definition.ts';
import type { LevelJudgement, StageJudgement } from '../../study/judgement.ts';
import { definitionOf, factsOf, judgementOf, recordOf, stageOf, trialsOf } from '../study.testing.ts';
import { remarks } from './remarks.ts';
import { verdict } from './verdict.ts';

type Level = Partial<LevelJudgement> & { readonly scores?: readonly (number | string)[] };
interface Case extends Partial<Omit<StageJudgement, 'levels'>> {
  readonly seeds?: readonly number[] | SeedRule;
  readonly objective?: StudyDefinition['objective'];
}

/** The verdict on batch sizes 1, 2, 4, ... with these scores and judgements. */
function facts(levels: readonly Level[], { seeds = [1, 2, 3], objective = 'accuracy', ...judgement }: Case = {}) {
  const stage = stageOf(
    'batchSize',
    levels.map((_, i) => 2 ** i),
  );
  const scores = levels.map((level, i) => level.scores ?? [90 - i, 90 - i, 90 - i]);
  const definition = definitionOf([stage], { seeds, objective });
  return factsOf(recordOf(definition, trialsOf(stage, scores)), [judgementOf(levels, judgement)]);
}

function said(levels: readonly Level[], given?: Case): string[] {
  const found = facts(levels, given);
  return verdict(found.stages[0]!, found);
}

const best: Level = { standing: 'best', difference: 0.5, differenceToBest: [0, 0.8], bothEnds: [0.2, 0.8] };
const mayBe: Level = {
  standing: 'may be best',
  difference: -0.1,
  differenceToBest: [-0.4, 0.2],
  bothEnds: [-0.5, 0.3],
};
const leading: Level = { ...mayBe, difference: 0.1, differenceToBest: [-0.2, 0.4] };
const worse: Level = { standing: 'worse', difference: -0.5, differenceToBest: [-0.8, 0], bothEnds: [-0.83, -0.17] };
const barelyWorse: Level = { ...worse, bothEnds: [-0.85, 0.02] };
const failed: Level = { standing: 'failed', scores: ['diverged', 'diverged', 'diverged'] };

describe('comparisons with the best', () => {
  test('one is the best', () => {
    expect(said([best, worse, { ...worse, bothEnds: [-2, -1.25] }])).toEqual([
      'batchSize 1 is the best: every other level is worse.',
      '2 is worse by 0.17 to 0.83 points and 4 by 1.25 to 2.00 points (Edwards and Hsu’s intervals).',
    ]);
  });

  test('several may be the best', () => {
    expect(said([leading, mayBe, worse, barelyWorse])).toEqual([
      'batchSize 1 has the best mean and is selected, but 2 may be the best as well.',
      'Whichever is the best, batchSize 1 is behind it by at most 0.20 points.',
      '4 is worse by 0.17 to 0.83 points (Edwards and Hsu’s interval); 8 is worse by up to 0.80 points (Hsu’s interval).',
    ]);
  });

  test('an interval whose lower end is printed as 0.00 is not used', () => {
    expect(said([best, { ...worse, bothEnds: [-0.83, -0.004] }])[1]).toBe(
      '2 is worse by up to 0.80 points (Hsu’s interval).',
    );
  });

  test('no level is ruled out', () => {
    expect(said([leading, mayBe, mayBe])).toEqual([
      'batchSize 1 has the best mean and is selected, but 2 and 4 may be the best as well.',
      'Whichever is the best, batchSize 1 is behind it by at most 0.20 points.',
      'No level is ruled out.',
    ]);
  });

  test('of many levels only the number is given', () => {
    const many = (level: Level) => Array.from({ length: 7 }, () => level);
    expect(said([leading, ...many(mayBe), ...many(worse)])).toEqual([
      'batchSize 1 has the best mean and is selected, but 7 other levels may be the best as well.',
      'Whichever is the best, batchSize 1 is behind it by at most 0.20 points.',
      '7 levels are worse.',
    ]);
  });

  test('equal scores do not prove equal levels', () => {
    const equal: Level = { ...mayBe, difference: 0, scores: [98, 98, 98] };
    expect(said([equal, equal], { margin: 0.12 })).toEqual([
      'All levels have the same mean score, so batchSize 1, the first of them, is selected.',
      'Equal scores are no proof of equal levels: differences up to 0.12 points would not show.',
    ]);
    expect(said([equal, equal])[1]).toBe('Equal scores are no proof of equal levels.');
  });

  test('a larger loss is worse', () => {
    const levels: Level[] = [
      { standing: 'may be best', difference: -0.01, differenceToBest: [-0.05, 0.02], scores: [0.1, 0.1, 0.1] },
      { standing: 'may be best', difference: 0.01, differenceToBest: [-0.02, 0.05], scores: [0.11, 0.11, 0.11] },
      {
        standing: 'worse',
        difference: 0.3,
        differenceToBest: [0, 0.4],
        bothEnds: [0.2, 0.41],
        scores: [0.4, 0.4, 0.4],
      },
      {
        standing: 'worse',
        difference: 0.1,
        differenceToBest: [0, 0.2],
        bothEnds: [-0.01, 0.21],
        scores: [0.2, 0.2, 0.2],
      },
    ];
    expect(said(levels, { objective: 'loss' })).toEqual([
      'batchSize 1 has the best mean and is selected, but 2 may be the best as well.',
      'Whichever is the best, batchSize 1 is behind it by at most 0.0200.',
      '4 is worse by 0.2000 to 0.4100 (Edwards and Hsu’s interval); 8 is worse by up to 0.2000 (Hsu’s interval).',
    ]);
  });

  test('failed levels are named', () => {
    expect(said([best, worse, failed])).toEqual([
      'batchSize 1 is the best: every other level that was trained to the end is worse.',
      '2 is worse by 0.17 to 0.83 points (Edwards and Hsu’s interval).',
      '4 failed and cannot be selected.',
    ]);
    const many = Array.from({ length: 7 }, () => failed);
    expect(said([best, worse, ...many]).at(-1)).toBe('7 levels failed and cannot be selected.');
  });

  test('pruned levels are named apart from failed ones', () => {
    const pruned: Level = { standing: 'pruned' };
    expect(said([best, worse, failed, pruned])).toEqual([
      'batchSize 1 is the best: every other level that was trained to the end is worse.',
      '2 is worse by 0.17 to 0.83 points (Edwards and Hsu’s interval).',
      '4 failed and cannot be selected.',
      '8 was pruned and cannot be selected.',
    ]);
    expect(said([best, worse, pruned, pruned]).at(-1)).toBe('4 and 8 were pruned and cannot be selected.');
    expect(said([{ standing: 'may be best' }, failed, pruned], { method: 'none' })).toEqual([
      'batchSize 1 is selected, since 2 failed and 4 was pruned; nothing is left to compare it with.',
    ]);
  });

  test('three intervals of one kind and one of the other', () => {
    expect(said([best, worse, worse, worse, barelyWorse])[1]).toBe(
      '2 is worse by 0.17 to 0.83 points, 4 by 0.17 to 0.83 points and 8 by 0.17 to 0.83 points (Edwards and Hsu’s intervals); 16 is worse by up to 0.80 points (Hsu’s interval).',
    );
  });

  test('with two seeds some levels are worse only as trained networks', () => {
    const here: Level = { ...worse, scope: 'these networks', bothEnds: undefined, scores: [89, 89] };
    const lead: Level = { ...leading, scores: [90, 90] };
    expect(said([{ ...best, scores: [90, 90] }, here, { ...worse, scores: [88, 88] }], { seeds: [1, 2] })).toEqual([
      'batchSize 1 has the best mean and is selected; every other level is worse, but for some this is said of the trained networks only.',
      '4 is worse by 0.17 to 0.83 points (Edwards and Hsu’s interval).',
      '2 is worse (these networks) by up to 0.80 points.',
      'This compares the trained networks on images of this kind. It does not say that the setting is worse: other seeds may reverse it.',
    ]);
    expect(said([{ ...best, scores: [90, 90] }, here], { seeds: [1, 2] })[0]).toBe(
      'batchSize 1 has the best mean, and every other level is worse (these networks).',
    );
    expect(said([lead, here, { ...mayBe, scores: [88, 88] }], { seeds: [1, 2] })[0]).toBe(
      'batchSize 1 has the best mean and is selected, but 4 may be the best as well.',
    );
  });
});

describe('one seed', () => {
  const one = { method: 'images', seeds: [1] } as const;
  const seed = (score: number, level: Level): Level => ({ ...level, scope: 'these networks', scores: [score] });
  const alone = { ...worse, bothEnds: undefined };
  const meaning =
    'This compares the trained networks on images of this kind. It does not say that the setting is worse: another seed may reverse it.';

  test('some are worse', () => {
    expect(said([seed(90, leading), seed(89, mayBe), seed(88, alone)], one)).toEqual([
      'batchSize 1 has the best score and is selected, but 2 may be as good.',
      '4 is worse (this network) by up to 0.80 points.',
      meaning,
    ]);
  });

  test('all others are worse', () => {
    expect(said([seed(90, best), seed(89, alone)], one)).toEqual([
      'batchSize 1 has the best score, and every other level is worse (this network).',
      '2 is worse (this network) by up to 0.80 points.',
      meaning,
    ]);
    expect(said([seed(90, best), seed(89, alone), failed], one)[0]).toBe(
      'batchSize 1 has the best score, and every other level that was trained to the end is worse (this network).',
    );
  });

  test('no level is worse', () => {
    expect(said([seed(90, leading), seed(89, mayBe)], one)).toEqual([
      'batchSize 1 has the best score and is selected, but no other level is ruled out: 2 may be as good.',
      'One seed does not tell how much results vary from seed to seed.',
    ]);
  });

  test('two seeds that were judged by their images alone', () => {
    const two = { method: 'images', seeds: [1, 2] } as const;
    const levels = [
      { ...best, scope: 'these networks', scores: [90, 90] },
      { ...alone, scope: 'these networks', scores: [89, 89] },
    ] as const;
    expect(said(levels, two)).toEqual([
      'batchSize 1 has the best mean, and every other level is worse (these networks).',
      '2 is worse (these networks) by up to 0.80 points.',
      'This compares the trained networks on images of this kind. It does not say that the setting is worse: other seeds may reverse it.',
    ]);
    const open = [
      { ...leading, scores: [90, 90] },
      { ...mayBe, scores: [89, 89] },
    ];
    expect(said(open, two)).toEqual([
      'batchSize 1 has the best mean and is selected, but no other level is ruled out: 2 may be as good.',
      '2 seeds tell too little about how much results vary from seed to seed.',
    ]);
  });

  test('without recorded answers one seed decides nothing', () => {
    const plain: Level = { standing: 'may be best' };
    expect(
      said(
        [
          { ...plain, scores: [90] },
          { ...plain, scores: [89] },
        ],
        { method: 'none', seeds: [1] },
      ),
    ).toEqual([
      'batchSize 1 has the best score and is selected; nothing tells whether that is chance.',
      'One seed does not tell how much results vary from seed to seed.',
    ]);
  });
});

describe('as many seeds as the question needs', () => {
  const rule = { atLeast: 3, atMost: 6, resolve: 0.1 };
  const rounds = { method: 'rounds', seeds: rule } as const;
  const high = [98.5, 98.6, 98.55, 98.52, 98.58, 98.54];
  const low = [90, 90.1, 90.05];
  const left: Level = { standing: 'left', departure: { round: 3, behind: 0 }, scores: low };
  const alone = [
    'batchSize 1 is selected: every other level left.',
    'In at most 5 % of all studies the one level that stays is worse than the best level by more than 0.1 points.',
  ];
  const leaving =
    'A level leaves when the data show that it is not better than another level by more than 0.1 points. They do not show that it is worse.';

  test('one level stays: the sentence bounds how often it is worse than the best', () => {
    expect(said([{ standing: 'best', scores: high }, left], rounds)).toEqual([
      ...alone,
      '2 left after 3 seeds.',
      leaving,
      'This took 6 trainings; 6 seeds for every level would have been 12.',
    ]);
  });

  test('a level is called worse only if its interval over all rounds shows it', () => {
    const out: Level = {
      standing: 'worse',
      departure: { round: 3, behind: 0 },
      difference: -8,
      differenceToBest: [-8.7, 0],
      scores: low,
    };
    expect(said([{ standing: 'best', scores: high }, out], rounds)).toEqual([
      ...alone,
      'Over all rounds together, 2 is worse by up to 8.70 points.',
      'This took 6 trainings; 6 seeds for every level would have been 12.',
    ]);
  });

  test('levels still in after the last seed are open', () => {
    const near = [98.53, 98.57, 98.56, 98.54, 98.55, 98.53];
    const levels: Level[] = [
      { standing: 'open', scores: [98.4, 98.9, 98.2, 98.8, 98.6, 99] },
      { standing: 'open', scores: near },
    ];
    expect(said(levels, rounds)).toEqual([
      'Open after 6 seeds: batchSize 1 has the best mean and is selected, but 2 may be better than it by more than 0.1 points.',
    ]);
  });

  test('a failed level does not count as saved trainings', () => {
    const three: Level[] = [
      { standing: 'open', scores: [98.4, 98.9, 98.2, 98.8, 98.6, 99] },
      { standing: 'open', scores: [98.9, 98.4, 98.8, 98.2, 99, 98.6] },
      failed,
    ];
    expect(said(three, rounds).filter((sentence) => sentence.includes('training'))).toEqual([]);
    expect(said([{ standing: 'best', scores: high.slice(0, 3) }, left, failed], rounds)).toContain(
      'Not counting levels that failed or were pruned, this took 6 trainings; 6 seeds for each of the others would have been 12.',
    );
  });

  test('of many levels that left only the number is given', () => {
    const many = Array.from({ length: 7 }, () => left);
    expect(said([{ standing: 'best', scores: high }, ...many], rounds).slice(2)).toEqual([
      '7 levels left.',
      leaving,
      'This took 24 trainings; 6 seeds for every level would have been 48.',
    ]);
  });

  test('not finished: the levels still in are named', () => {
    const noisy = [98.4, 98.9, 98.2];
    expect(said([{ scores: noisy }, { scores: [...noisy].reverse() }, { scores: low }], rounds)).toEqual([
      'Not finished yet: 1 and 2 are still in after 3 seeds.',
    ]);
    const broken = [98.4, 98.9, 'diverged'];
    expect(said([{ scores: noisy }, { scores: [...noisy].reverse() }, { scores: broken }], rounds)).toEqual([
      'Not finished yet: 1 and 2 are still in after 3 seeds.',
    ]);
    expect(said([{ scores: [98] }, { scores: [97] }], rounds)).toEqual([
      'Not finished yet: 2 trials of this stage have ended.',
    ]);
    expect(said([{ scores: [98] }, { scores: [] }], rounds)).toEqual([
      'Not finished yet: one trial of this stage has ended.',
    ]);
  });
});

describe('no comparison', () => {
  test('one configuration', () => {
    expect(said([{ standing: 'may be best' }], { method: 'none' })).toEqual([
      'batchSize 1 is selected; there is no other configuration to compare it with.',
    ]);
  });

  test('all others failed', () => {
    expect(said([{ standing: 'may be best' }, failed, failed], { method: 'none' })).toEqual([
      'batchSize 1 is selected, since 2 and 4 failed; nothing is left to compare it with.',
    ]);
  });

  test('all failed', () => {
    expect(said([failed, failed])).toEqual([
      'No level ended well with every seed, so nothing can be selected and the study ends here.',
    ]);
  });

  test('not finished', () => {
    expect(said([{}, { scores: [89] }])).toEqual(['Not finished yet: 4 trials of this stage have ended.']);
    expect(said([{ scores: [] }, { scores: [] }])).toEqual(['Not finished yet: 0 trials of this stage have ended.']);
  });
});

describe('remarks', () => {
  const remarked = (levels: readonly Level[], given?: Case) => {
    const found = facts(levels, given);
    return remarks(found.stages[0]!, found);
  };
  const margin = 'A level is worse when its mean is more than 0.24 points behind the best mean (the margin).';

  test.each<[string, Case, string]>([
    [
      'seeds that would do',
      { seedsNeeded: 12 },
      `${margin} About 12 seeds a level would bring the margin to 0.1 points.`,
    ],
    [
      'more than are practical',
      { seedsNeeded: 'many' },
      `${margin} To bring the margin to 0.1 points would take more seeds than are practical (over 100 a level).`,
    ],
    ['nothing to advise', {}, margin],
    [
      'fine enough',
      { resolve: 0.5 },
      `${margin} That is finer than 0.5 points, the smallest difference that matters here.`,
    ],
  ])('the margin: %s', (_, given, sentence) => {
    expect(remarked([leading, mayBe], { margin: 0.24, ...given })).toEqual([sentence]);
  });

  test('with two seeds, trained networks may differ within the margin', () => {
    const here: Level = { ...worse, scope: 'these networks', difference: -0.2, scores: [89.8, 89.8] };
    const lead: Level = { ...leading, scores: [90, 90] };
    expect(remarked([lead, here], { margin: 0.24, seeds: [1, 2] })).toEqual([
      'A level is worse over seeds when its mean is more than 0.24 points behind the best mean (the margin). “Worse (these networks)” does not use this margin, so such a level may lie within it.',
    ]);
  });

  test('no remark without a margin or for an unfinished stage', () => {
    expect(remarked([leading, mayBe])).toEqual([]);
    expect(remarked([leading, { scores: [1] }], { margin: 0.24 })).toEqual([]);
  });

  test('noisy levels', () => {
    expect(remarked([leading, { ...mayBe, isNoisy: true }, { ...mayBe, isNoisy: true }])).toEqual([
      'The scores of 2 and 4 vary plainly more from seed to seed than the others’. The margin allows for a level that varies up to three times as much.',
    ]);
  });
});
