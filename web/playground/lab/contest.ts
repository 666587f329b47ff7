/** Two settings beside each other on common seeds: a real study, kept in memory, with the report's own statistics and sentences. */
import { candidateOf } from '../../../src/report/candidates.ts';
import { type StudyFacts, studyFacts } from '../../../src/report/facts.ts';
import { settingsText } from '../../../src/report/naming.ts';
import { comparisonLines } from '../../../src/report/words/comparison.ts';
import { verdict } from '../../../src/report/words/verdict.ts';
import { runStudy } from '../../../src/runner/study-run.ts';
import { MemoryStore } from '../../../src/store/memory.ts';
import type { StudyRecord } from '../../../src/store/store.ts';
import type { Settings, StudyDefinition } from '../../../src/study/definition.ts';
import { isComplete } from '../../../src/study/trial.ts';
import { lenetSettings } from '../../../src/tasks/lenet/configuration.ts';
import type { Task } from '../../../src/tasks/task.ts';
import { settingsThatCount } from './counting.ts';
import type { Contestant, ContestView } from './protocol.ts';

export const contestantNames = ['A', 'B'] as const;

/**
 * The study of two settings. Seeds of the settings themselves do not count. If one hyperparameter alone differs, its values name the two.
 * @throws UsageError for settings that are not allowed.
 */
export function contestDefinition(pair: readonly [Settings, Settings], seeds: readonly number[]): StudyDefinition {
  const counting = pair.map(settingsThatCount) as [Settings, Settings];
  const [first, second] = counting.map((settings) => lenetSettings.complete(settings)) as [Settings, Settings];
  const factors = Object.keys(first).filter((name) => name !== 'seed' && first[name] !== second[name]);
  const base = Object.fromEntries(
    Object.entries(counting[0]).filter(([name]) => name !== 'seed' && !factors.includes(name)),
  );
  const levels = [first, second].map((complete, i) => ({
    label: factors.length === 1 ? String(complete[factors[0]!]) : contestantNames[i]!,
    settings: Object.fromEntries(factors.map((name) => [name, complete[name]!])),
  }));
  return {
    name: 'contest',
    protocol: 'held-out',
    objective: 'accuracy',
    base,
    space: {},
    seeds,
    plan: { kind: 'stages', stages: [{ factors, levels }] },
  };
}

/** Runs the contest, and yields where it stands whenever that changes. Stopped by the signal, it just ends. */
export async function* runContest(
  definition: StudyDefinition,
  task: Task,
  signal: AbortSignal,
): AsyncGenerator<ContestView, void, undefined> {
  const store = new MemoryStore();
  let running: ContestView['running'];
  for await (const event of runStudy({ definition, task, store, signal })) {
    if (event.type === 'trial-start') {
      const { request } = event;
      const contestant = event.view.stages[0]!.levels.findIndex(({ key }) => key === request.key);
      running = { contestant, seed: request.seed, share: 0 };
    } else if (event.type === 'progress' && running) running = { ...running, share: event.share };
    else if (event.type === 'trial-end') running = undefined;
    const record = await store.read();
    if (record) yield contestView(record, running);
  }
}

/** Where the contest stands. The verdict is about the seeds that both settings have ended. */
export function contestView(record: StudyRecord, running: ContestView['running']): ContestView {
  const facts = studyFacts(record, lenetSettings);
  const [stage] = facts.stages;
  const { seeds } = stage!;
  const isDone = (seed: number) =>
    stage!.levels.every(({ view }) => view.trials.some((trial) => isComplete(trial) && trial.seed === seed));
  const nameOf = (level: 0 | 1) => settingsText(stage!.levels[level]!.view.settings, facts.naming);
  const paired = seeds.filter(isDone);
  const judged = paired.length > 0 ? studyFacts(withSeeds(record, paired), lenetSettings) : undefined;
  const [first, second] = judged ? judged.stages[0]!.levels.map((level) => candidateOf(level, judged)) : [];
  return {
    seeds,
    names: [nameOf(0), nameOf(1)],
    contestants: [contestantOf(facts, judged, 0), contestantOf(facts, judged, 1)],
    judged: paired.length,
    verdict: judged ? verdict(judged.stages[0]!, judged) : [],
    comparison: judged ? comparisonLines({ ...first!, id: 'A' }, { ...second!, id: 'B' }, judged) : [],
    running,
    isFinished: facts.finished,
  };
}

/** The record of a study that asked for these seeds only. */
function withSeeds(record: StudyRecord, seeds: readonly number[]): StudyRecord {
  const trials = record.trials.filter(({ seed }) => seeds.includes(seed));
  return { ...record, definition: { ...record.definition, seeds }, trials };
}

function contestantOf(facts: StudyFacts, judged: StudyFacts | undefined, level: 0 | 1): Contestant {
  const { scores } = facts.stages[0]!.levels[level]!;
  const now = judged?.stages[0]?.levels[level];
  return { scores, mean: now?.summary?.mean, interval: now?.judgement.mean };
}
