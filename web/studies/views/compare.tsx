/** Two configurations seed by seed: paired differences, and the images that one gets right and the other does not. */

import { useMemo } from 'preact/hooks';
import type { ComparisonView, Facts } from '../../../src/server/protocol.ts';
import { Chart } from '../../shared/chart/chart.tsx';
import { address, changeQuery } from '../address.ts';
import { differencesPlot } from '../charts/differences.ts';
import { studyPath } from '../data/api.ts';
import { useLoaded } from '../data/loaded.ts';
import type { StudyData } from '../data/study.ts';
import { Choice } from '../parts/choice.tsx';
import { Disagreement } from '../parts/disagreement.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { Empty, Failed, Loading, Show } from '../parts/states.tsx';
import type { StudyViewProps } from '../views.ts';

export default function Compare({ study, data }: StudyViewProps) {
  const facts = study.facts.value;
  const problem = study.factsProblem.value;
  if (!facts) return problem ? <Failed message={problem} retry={study.reload} /> : <Loading what="names" />;
  // A configuration without a trial has nothing to compare.
  const trained = facts.names.filter(({ index }) => index !== null);
  if (trained.length < 2)
    return <Empty>There is nothing to compare yet: it takes two configurations with a finished training each.</Empty>;
  return <Chosen id={study.id} names={trained} winner={facts.show?.winner?.configuration} data={data} />;
}

interface ChosenProps {
  readonly id: string;
  readonly names: Facts['names'];
  /** The name of the winner, if there is one: compared first unless the address says otherwise. */
  readonly winner: string | undefined;
  readonly data: StudyData;
}

function Chosen({ id, names, winner, data }: ChosenProps) {
  const { query } = address.value;
  const a = names.find((name) => name.id === query.a) ?? names.find((name) => name.id === winner) ?? names[0]!;
  const b = names.find((name) => name.id === query.b && name !== a) ?? names.find((name) => name !== a)!;
  const options = names.map((name) => [name.id, `${name.id}: ${name.label}`] as const);
  // The rows tell when there is more to compare: the number of complete trials of both is part of the question.
  const known = data.trials.filter(
    ({ configuration, state }) => state === 'complete' && (configuration === a.index || configuration === b.index),
  ).length;
  const path = `${studyPath(id, 'compare')}?a=${encodeURIComponent(a.id)}&b=${encodeURIComponent(b.id)}`;
  const comparison = useLoaded<ComparisonView>(`${path}&trials=${known}`);
  return (
    <>
      <div class="choices">
        <Choice
          label="Compare"
          value={a.id}
          set={(value) => changeQuery({ a: value, b: b.id, seed: undefined })}
          options={options}
        />
        <Choice
          label="with"
          value={b.id}
          set={(value) => changeQuery({ a: a.id, b: value, seed: undefined })}
          options={options.filter(([each]) => each !== a.id)}
        />
        <button type="button" onClick={() => changeQuery({ a: b.id, b: a.id })}>
          Swap
        </button>
      </div>
      <Show loaded={comparison} what="comparison">
        {(found) => <Comparison comparison={found} id={id} data={data} />}
      </Show>
    </>
  );
}

function Comparison({
  comparison,
  id,
  data,
}: {
  readonly comparison: ComparisonView;
  readonly id: string;
  readonly data: StudyData;
}) {
  const { sentences, pairs } = comparison;
  const { objective } = data.head;
  const { query } = address.value;
  const plot = useMemo(() => differencesPlot(comparison, objective), [comparison, objective]);
  const seed = pairs.find((pair) => String(pair.seed) === query.seed) ?? pairs.find(({ images }) => images);
  return (
    <>
      <div class="strong sentences">
        {sentences.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </div>
      {pairs.length === 0 ? (
        <Empty>The two have no seed in common yet.</Empty>
      ) : (
        <>
          <Chart plot={plot} height={260} />
          <Pairs comparison={comparison} id={id} data={data} shown={seed?.seed} />
        </>
      )}
      {seed && <Disagreement key={seed.seed} pair={seed} comparison={comparison} id={id} />}
    </>
  );
}
