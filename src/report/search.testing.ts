/** For tests: small searches of a JavaScript function, run to their end or cut off, and their facts. */
import { runStudy } from '../runner/study-run.ts';
import { MemoryStore } from '../store/memory.ts';
import type { StudyRecord } from '../store/store.ts';
import type { SearchPlan, Settings, StudyDefinition } from '../study/definition.ts';
import { functionTask } from '../tasks/function.ts';
import type { Task } from '../tasks/task.ts';
import { type StudyFacts, studyFacts } from './facts.ts';

export interface Searched {
  readonly plan?: Partial<SearchPlan>;
  readonly definition?: Partial<StudyDefinition>;
  readonly parameters?: Settings;
  readonly when?: Parameters<typeof functionTask>[0]['when'];
  /** The score after an epoch; without early stopping only that of the last epoch counts. */
  score(settings: Settings, at: { readonly seed: number; readonly epoch: number; readonly noise: number }): number;
}

export const searchPlan: SearchPlan = {
  kind: 'search',
  sampler: 'random',
  trainings: 20,
  earlyStopping: 'none',
  confirm: 5,
  parallel: 1,
  seed: 1,
};

/**
 * Fourteen values of `x`, all of which are tried; 0 is the base. Four finalists have two rounds, and five seeds confirm.
 */
export const searchDefinition: StudyDefinition = {
  name: 'small',
  objective: 'accuracy',
  base: { x: 0 },
  plan: searchPlan,
  space: { x: { kind: 'choices', values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13], numeric: 'int' } },
  seeds: [1],
};

/** The seeds of a confirmation after 20 trainings. */
export const freshSeeds = [20001, 20002, 20003, 20004, 20005];

/**
 * A score that makes 13 the winner and 12 the runner-up of {@link searchDefinition}: 80 + x with the seed of the search,
 * 79 + x in the finals, and the given scores on fresh seeds.
 */
export function scoresOf(fresh: {
  readonly winner: readonly number[];
  readonly runnerUp?: readonly number[];
  readonly base: readonly number[];
}): Searched['score'] {
  return ({ x }, { seed }) => {
    const index = freshSeeds.indexOf(seed);
    if (index < 0) return (seed === 1 ? 80 : 79) + Number(x);
    if (x === 0) return fresh.base[index]!;
    return x === 13 ? fresh.winner[index]! : (fresh.runnerUp ?? fresh.winner)[index]!;
  };
}

function taskOf({ parameters = { x: 0 }, when, score }: Searched): Task {
  return functionTask({
    parameters,
    when,
    run(settings, { seed, random, report }) {
      const noise = random.uniform();
      const epochs = Number(settings.epochs ?? 1);
      for (let epoch = 1; epoch < epochs; epoch++) report(epoch, score(settings, { seed, epoch, noise }));
      return score(settings, { seed, epoch: epochs, noise });
    },
  });
}

/** Runs the search and returns its record and its facts. */
export async function searched(options: Searched): Promise<{
  readonly record: StudyRecord;
  readonly facts: StudyFacts;
  /** The facts of another record of the same study, such as one that is cut off. */
  readonly factsOf: (record: StudyRecord) => StudyFacts;
}> {
  const task = taskOf(options);
  const store = new MemoryStore();
  const definition = { ...searchDefinition, ...options.definition, plan: { ...searchPlan, ...options.plan } };
  for await (const _ of runStudy({ definition, task, store, jobs: 1 })) {
    // The store records what happens.
  }
  const record = (await store.read())!;
  const factsOf = (other: StudyRecord) => studyFacts(other, task.settings);
  return { record, facts: factsOf(record), factsOf };
}
