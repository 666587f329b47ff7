/** What can be said of a study of another program: counts, and its best trial. */
import type { LiveStudy } from './live/live-study.ts';
import type { Facts, TrialRow, Value } from './protocol.ts';

export function optunaFacts(study: LiveStudy): Facts {
  const rows = study.rows();
  const count = (state: TrialRow['state']) => rows.filter((row) => row.state === state).length;
  const [running, complete, pruned, failed] = [count('running'), count('complete'), count('pruned'), count('failed')];
  const goal = study.head()?.objective.goal ?? 'minimize';
  const best = rows.reduce<TrialRow | undefined>((found, row) => {
    if (row.state !== 'complete' || row.score === null) return found;
    if (found?.score === undefined || found.score === null) return row;
    return (goal === 'maximize' ? row.score > found.score : row.score < found.score) ? row : found;
  }, undefined);
  const settings = best
    ? Object.entries(study.settingsOf(best.number))
        .map(([name, value]) => `${name} ${shown(value)}`)
        .join(', ')
    : '';
  const outcome = best
    ? [
        `The best value so far is ${shown(best.score)}, of trial ${best.number}${settings && `: ${settings}`}.`,
        'It is the best of many single trials, so another training with the same settings will probably be worse. How much worse, only more trainings can tell.',
      ]
    : ['No trial has ended with a value yet.'];
  return {
    position: study.position,
    show: null,
    outcome,
    stages: [],
    names: [],
    counts: { running, complete, pruned, failed, ended: complete + pruned + failed, expected: 0 },
    secondsLeft: null,
    sections: [],
  };
}

/** Numbers of single trials have no more digits than a reader compares. */
function shown(value: Value): string {
  return typeof value === 'number' ? `${Number(value.toPrecision(6))}` : `${value}`;
}
