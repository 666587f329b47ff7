/** Facts of a study: names, twins, counts, times, and what older records say. */
import { expect, test } from 'vitest';
import { batchStage, definitionOf, factsOf, recordOf, stageOf, trialsOf } from './study.testing.ts';

test('a first sketch', () => {
  const definition = definitionOf([batchStage, stageOf('l2', [0, 1e-2])]);
  const facts = factsOf(
    recordOf(
      definition,
      trialsOf(batchStage, [
        [98, 98.5, 99],
        [97, 97.5, 98],
        [96, 96.5, 97],
      ]),
    ),
  );
  expect(facts.stages[0]!.levels.map(({ id }) => id)).toEqual(['C1', 'C2', 'C3']);
  expect(facts.stages[1]!.levels.map(({ id }) => id)).toEqual(['C1', 'C4']);
});
