/** A run folder of ours as curves. */
import { existsSync } from 'node:fs';
import { RunFolder } from '../../runner/run-folder.ts';
import { shownValue } from '../live/parameters.ts';
import type { Series } from '../protocol.ts';
import type { RunContent } from './run-content.ts';

const sets = ['train', 'test', 'validation'] as const;
const measures = { loss: 'loss', acc: 'accuracy', balanced_acc: 'balancedAccuracy' } as const;

/** @throws WorldError when its record is damaged. */
export function ownRun(folder: string): RunContent {
  const run = new RunFolder(folder);
  const config = run.readConfig();
  const lines = run.readMetrics(config);
  const { hyperparameters, data } = config;
  const series = sets.flatMap((set) =>
    Object.entries(measures).flatMap(([short, measure]): Series[] => {
      const points = lines.flatMap(({ epoch, [set]: metrics }) => {
        const value = metrics?.[measure];
        return value === undefined ? [] : [{ epoch, value: Number.isFinite(value) ? value : null }];
      });
      if (points.length === 0) return [];
      const [step, value] = [points.map(({ epoch }) => epoch), points.map((point) => point.value)];
      return [{ tag: `${set}/${short}`, title: null, step, value }];
    }),
  );
  return {
    series,
    settings: Object.fromEntries(Object.entries(hyperparameters).map(([name, value]) => [name, shownValue(value)])),
    data: { name: data.name ?? 'mnist', hash: data.hash },
    isFinished: (lines.at(-1)?.epoch ?? -1) >= hyperparameters.epochs,
    notes: [],
    hasAnswers: existsSync(run.predictionsPath) && existsSync(run.modelPath),
  };
}
