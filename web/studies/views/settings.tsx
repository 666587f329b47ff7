/** Which settings do well: history, parallel coordinates, slices, and the report's charts of a search: rungs, importances, luck. */
import { useMemo } from 'preact/hooks';
import type { ParameterView, TrialRow } from '../../../src/server/protocol.ts';
import { Chart } from '../../shared/chart/chart.tsx';
import { rangeOf } from '../../shared/chart/plot.ts';
import { useInTurn } from '../../shared/in-turn.ts';
import { goTo, linkTo } from '../address.ts';
import { type LineOptions, parallelAxes, parallelLines } from '../charts/parallel.ts';
import { historyPlot, placeOf, type SliceOptions, slicePlot } from '../charts/points.ts';
import { trialValue } from '../data/filter.ts';
import { type Selection, useNames, useSelection } from '../data/selection.ts';
import type { StudyData } from '../data/study.ts';
import { countText, measureLabel } from '../data/words.ts';
import { ParallelChart } from '../parts/parallel-chart.tsx';
import { Report } from '../parts/report.tsx';
import type { StudyViewProps } from '../views.ts';

const fromReport = ['importance', 'searchCharts'];
/** Charts of the report that stand here live. */
const alreadyLive = ['search-history', 'search-parallel'];

export default function Settings({ study, data }: StudyViewProps) {
  const selection = useSelection(data);
  const { trials, filter, settingsOf } = selection;
  const { head } = data;
  const facts = study.facts.value;
  const names = useNames(data, facts);
  const { objective } = head;
  const options = useMemo(
    () => ({
      objective,
      label: measureLabel(objective, head.protocol),
      at: filter.at,
      goal: objective.goal,
      nameOf: names.long,
      settingsOf,
    }),
    [objective, head.protocol, filter.at, names, settingsOf],
  );
  const varied = useMemo(() => {
    const isPlaced = (parameter: ParameterView) =>
      data.configurations.some(({ settings }) => placeOf(parameter, settings[parameter.name]) !== undefined);
    return head.parameters.filter((parameter) => parameter.varies && isPlaced(parameter));
  }, [head, data.configurations]);
  const history = useMemo(() => historyPlot(trials, options), [trials, options]);
  const turn = useInTurn(2 + varied.length + 1);
  const open = (trial: number) => goTo(linkTo('study', study.id, 'trial', trial));
  return (
    <>
      <Chart plot={history} onTrial={open} empty={nothing} />
      {turn > 1 && varied.length > 1 && (
        <Parallel data={data} varied={varied} options={options} selection={selection} />
      )}
      <div class="charts">
        {varied.slice(0, Math.max(0, turn - 2)).map((parameter) => (
          <Slice key={parameter.name} parameter={parameter} trials={trials} options={options} onTrial={open} />
        ))}
      </div>
      {turn > 2 + varied.length && facts?.sections.some(({ name }) => fromReport.includes(name)) && (
        <>
          <h2>From the report</h2>
          <Report facts={facts} sections={fromReport} without={alreadyLive} />
        </>
      )}
    </>
  );
}

const nothing = 'No trial that passes the filter has a value yet.';

interface SliceProps {
  readonly parameter: ParameterView;
  readonly trials: readonly TrialRow[];
  readonly options: SliceOptions;
  readonly onTrial: (trial: number) => void;
}

function Slice({ parameter, trials, options, onTrial }: SliceProps) {
  const plot = useMemo(() => slicePlot(trials, parameter, options), [trials, parameter, options]);
  return <Chart plot={plot} height={240} onTrial={onTrial} empty={nothing} />;
}

interface ParallelProps {
  readonly data: StudyData;
  readonly varied: readonly ParameterView[];
  readonly options: SliceOptions & LineOptions;
  readonly selection: Selection;
}

function Parallel({ data, varied, options, selection: { trials, filter } }: ParallelProps) {
  // The axes hold all trials, so that they do not move while a user brushes.
  const [low, high] = useMemo(
    () => rangeOf(data.trials.map((trial) => trialValue(trial, filter.at))) ?? [],
    [data.trials, filter.at],
  );
  const axes = useMemo(
    () => parallelAxes(varied, low === undefined || high === undefined ? undefined : [low, high], options.label),
    [varied, low, high, options.label],
  );
  const lines = useMemo(() => parallelLines(trials, axes, options), [trials, axes, options]);
  const others = useMemo(() => {
    const passing = new Set(trials);
    const left = data.trials.filter((trial) => !passing.has(trial));
    return parallelLines(left, axes, options);
  }, [data.trials, trials, axes, options]);
  return (
    <ParallelChart
      title="Parallel coordinates"
      alt={`${countText(lines.length, 'trial')} as lines through the axes ${axes.map(({ label }) => label).join(', ')}.`}
      axes={axes}
      lines={lines}
      others={others}
      conditions={filter.conditions}
    />
  );
}
