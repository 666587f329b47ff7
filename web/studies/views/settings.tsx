/** Which settings do well: history, parallel coordinates, slices, and the report's charts of a search: rungs, importances, luck. */
import { useMemo } from 'preact/hooks';
import type { ParameterView } from '../../../src/server/protocol.ts';
import { Chart } from '../../shared/chart/chart.tsx';
import { rangeOf } from '../../shared/chart/plot.ts';
import { goTo, linkTo } from '../address.ts';
import { parallelAxes, parallelLines } from '../charts/parallel.ts';
import { historyPlot, placeOf, slicePlot } from '../charts/points.ts';
import { trialValue } from '../data/filter.ts';
import { useNames, useSelection } from '../data/selection.ts';
import { countText, measureLabel } from '../data/words.ts';
import { ParallelChart } from '../parts/parallel-chart.tsx';
import { Report } from '../parts/report.tsx';
import type { StudyViewProps } from '../views.ts';

const fromReport = ['importance', 'searchCharts'];
/** Charts of the report that stand here live. */
const alreadyLive = ['search-history', 'search-parallel'];

export default function Settings({ study, data }: StudyViewProps) {
  const { trials, filter, settingsOf } = useSelection(data);
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
  const slices = useMemo(
    () => varied.map((parameter) => slicePlot(trials, parameter, options)),
    [trials, varied, options],
  );
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
    return parallelLines(
      data.trials.filter((trial) => !passing.has(trial)),
      axes,
      options,
    );
  }, [data.trials, trials, axes, options]);
  const open = (trial: number) => goTo(linkTo('study', study.id, 'trial', trial));
  const nothing = 'No trial that passes the filter has a value yet.';
  return (
    <>
      <Chart plot={history} onTrial={open} empty={nothing} />
      {varied.length > 1 && (
        <ParallelChart
          title="Parallel coordinates"
          alt={`${countText(lines.length, 'trial')} as lines through the axes ${axes.map(({ label }) => label).join(', ')}.`}
          axes={axes}
          lines={lines}
          others={others}
          conditions={filter.conditions}
        />
      )}
      <div class="charts">
        {slices.map((plot) => (
          <Chart key={plot.title} plot={plot} height={240} onTrial={open} empty={nothing} />
        ))}
      </div>
      {facts?.sections.some(({ name }) => fromReport.includes(name)) && <h2>From the report</h2>}
      {facts && <Report facts={facts} sections={fromReport} without={alreadyLive} />}
    </>
  );
}
