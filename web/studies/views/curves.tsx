/** Learning curves of a study, live: configurations with their seeds' range, linear or logarithmic, of either set. */
import { useMemo, useState } from 'preact/hooks';
import { Chart } from '../../shared/chart/chart.tsx';
import type { Plot } from '../../shared/chart/plot.ts';
import { shortNumber } from '../../shared/chart/ticks.ts';
import { address, changeQuery } from '../address.ts';
import { type CurveColumn, curveColumns, curveLayers, type Group, groupCurve, groupsOf } from '../charts/curves.ts';
import { useNames, useSelection } from '../data/selection.ts';
import type { StudyData } from '../data/study.ts';
import { countText, measureLabel, stepWord } from '../data/words.ts';
import { Choice } from '../parts/choice.tsx';
import { Empty } from '../parts/states.tsx';
import type { StudyViewProps } from '../views.ts';

const mostGroups = [8, 16, 24] as const;

export default function Curves({ study, data }: StudyViewProps) {
  const { query } = address.value;
  const { filter, trials } = useSelection(data);
  const names = useNames(data, study.facts.value);
  const [chosen, setChosen] = useState<string>();
  const { objective, kind } = data.head;
  const step = stepWord(kind);
  const groups = useMemo(
    () => groupsOf(trials, { goal: objective.goal, at: filter.at, nameOf: names.long }),
    [trials, objective.goal, filter.at, names],
  );
  const columns = useMemo(() => curveColumns.filter((column) => isMeasured(data, column)), [data]);
  const column = columns.find((each) => each === query.show) ?? 'score';
  const most = mostGroups.find((count) => String(count) === query.most) ?? mostGroups[0];
  const isLog = query.scale === 'log';
  const last = groups.reduce(
    (end, { trials: own }) => Math.max(end, ...own.map(({ curve }) => curve.epoch.at(-1) ?? 0)),
    0,
  );
  const from = Number(query.from ?? (last > 3 ? 1 : 0));
  const shown = useMemo(() => groups.slice(0, most), [groups, most]);
  // Pointing at a single seed keeps its configuration chosen.
  const point = (name: string | undefined) =>
    setChosen((before) => (name === undefined || shown.some((group) => group.name === name) ? name : before));
  const plot = useMemo((): Plot => {
    const { label, factor, decimals } = axisOf(column, data);
    return {
      title: `Learning curves: ${label}`,
      alt: curvesAlt(shown, column, { label, factor, step }),
      x: { label: step, whole: true },
      y: { label, log: isLog, decimals },
      layers: curveLayers(shown, { column, factor, from, chosen }),
    };
  }, [shown, column, isLog, from, chosen, data.head, step]);
  if (groups.length === 0) return <Empty>No trial that passes the filter has a value yet.</Empty>;
  const set = (name: string) => (value: string) => changeQuery({ [name]: value });
  return (
    <>
      <div class="choices">
        {columns.length > 1 && (
          <Choice
            label="Show"
            value={column}
            set={set('show')}
            options={columns.map((each) => [each, axisOf(each, data).label])}
          />
        )}
        <Choice
          label="Scale"
          value={isLog ? 'log' : 'linear'}
          set={set('scale')}
          options={[
            ['linear', 'linear'],
            ['log', 'logarithmic'],
          ]}
        />
        <label>
          From {step}{' '}
          <input
            type="number"
            min={0}
            max={last}
            value={from}
            onInput={({ currentTarget }) => changeQuery({ from: currentTarget.value })}
          />
        </label>
        {groups.length > mostGroups[0] && (
          <Choice
            label="Configurations"
            value={String(most)}
            set={set('most')}
            options={mostGroups.map((count) => [String(count), `the best ${count}`])}
          />
        )}
      </div>
      <Chart plot={plot} height={420} onLayer={point} empty={`Nothing was measured from this ${step} on.`} />
      <p class="note">
        A line is the mean of a configuration's seeds, its band reaches from the lowest to the highest seed. Point at a
        line or at its name to see the single seeds; drag to zoom, double-click to see all again.
        {groups.length > shown.length &&
          ` Shown are the best ${shown.length} of ${countText(groups.length, 'configuration')}; the filter chooses others.`}
      </p>
    </>
  );
}

/** Whether a column is worth a choice: it has values, and it is not the value that decides under another name. */
function isMeasured({ trials, head }: StudyData, column: CurveColumn): boolean {
  if (column === head.objective.kind) return false;
  return trials.some(({ curve }) => curve[column]?.some((value) => value !== null));
}

interface ColumnAxis {
  readonly label: string;
  readonly factor: number;
  readonly decimals: number;
}

function axisOf(column: CurveColumn, { head: { objective, protocol } }: StudyData): ColumnAxis {
  const set = protocol === 'post' ? 'Testing' : 'Validation';
  const columns: Readonly<Record<CurveColumn, ColumnAxis>> = {
    score: { label: measureLabel(objective, protocol), factor: 1, decimals: objective.decimals },
    accuracy: { label: `${set} accuracy (%)`, factor: 100, decimals: 2 },
    loss: { label: `${set} loss`, factor: 1, decimals: 4 },
    trainAccuracy: { label: 'Training accuracy (%)', factor: 100, decimals: 2 },
    trainLoss: { label: 'Training loss', factor: 1, decimals: 4 },
  };
  return columns[column];
}

function curvesAlt(
  groups: readonly Group[],
  column: CurveColumn,
  { label, factor, step }: { readonly label: string; readonly factor: number; readonly step: string },
): string {
  const ends = groups.slice(0, 3).flatMap(({ name, trials }) => {
    const { epoch, mean } = groupCurve(trials, column, factor);
    return epoch.length === 0
      ? []
      : [`${name}: ${shortNumber(mean.at(-1)!)} after ${step} ${epoch.at(-1)} (${countText(trials.length, 'seed')})`];
  });
  return `${label} by ${step} of ${countText(groups.length, 'configuration')}. ${ends.join('; ')}.`;
}
