/** The values of a study's trials in the order of their numbers, with the best so far. */
import { useMemo } from 'preact/hooks';
import { Chart } from '../../shared/chart/chart.tsx';
import { goTo, linkTo } from '../address.ts';
import { historyPlot } from '../charts/points.ts';
import { useNames } from '../data/selection.ts';
import { measureLabel } from '../data/words.ts';
import type { StudyViewProps } from '../views.ts';

export default function History({ study, data }: Pick<StudyViewProps, 'study' | 'data'>) {
  const names = useNames(data, study.facts.value);
  const { trials } = data;
  const { objective, protocol } = data.head;
  const plot = useMemo(
    () =>
      historyPlot(trials, {
        objective,
        label: measureLabel(objective, protocol),
        at: undefined,
        nameOf: names.long,
      }),
    [trials, objective, protocol, names],
  );
  const open = (trial: number) => goTo(linkTo('study', study.id, 'trial', trial));
  return <Chart plot={plot} onTrial={open} empty="No trial has a value yet." />;
}
