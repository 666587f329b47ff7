/** A single run: its curves live, what its network answers, its settings and files. Also of TensorBoard's files of any tool. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { RunEvents, RunOpening, Series } from '../../../src/server/protocol.ts';
import { Chart } from '../../shared/chart/chart.tsx';
import { address, changeQuery, placeOfId } from '../address.ts';
import { seriesPlots } from '../charts/series.ts';
import { againWhenSeen } from '../data/again.ts';
import { getJson, type RequestError, runPath } from '../data/api.ts';
import { openStream } from '../data/stream.ts';
import { requestError } from '../data/study.ts';
import { stepWord } from '../data/words.ts';
import { EntryBadge } from '../parts/badge.tsx';
import { Choice } from '../parts/choice.tsx';
import { Files } from '../parts/files.tsx';
import { SettingsList } from '../parts/settings-list.tsx';
import { DeadEnd, Empty, Loading, NotFound, Problem } from '../parts/states.tsx';
import type { PageViewProps } from '../views.ts';
import { LoadedAnswers } from './trial.tsx';

export default function Run({ rest: [id] }: PageViewProps) {
  if (id) return <OfRun key={id} id={id} />;
  return (
    <DeadEnd title="Run">
      <NotFound what="run" />
    </DeadEnd>
  );
}

function OfRun({ id }: { readonly id: string }) {
  const [run, setRun] = useState<RunOpening>();
  const [problem, setProblem] = useState<RequestError>();
  const [attempt, setAttempt] = useState(0);
  // A new attempt loads again.
  useEffect(() => {
    const abort = new AbortController();
    let close = () => {};
    const again = () => setAttempt((before) => before + 1);
    getJson<RunOpening>(runPath(id), abort.signal).then(
      (found) => {
        setRun(found);
        setProblem(undefined);
        document.title = `${found.name} – lenet-lab`;
        close = openStream<RunEvents>(
          (from) => `${runPath(id, 'events')}?from=${encodeURIComponent(from ?? found.position)}`,
          {
            series: ({ series, state, notes }) =>
              setRun((before) => before && { ...before, state, notes, series: merged(before.series, series) }),
            reset: again,
            problem: () => {},
          },
          { start: found.position, onReturn: () => setProblem(undefined), onRefusal: setProblem },
        );
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        setProblem(requestError(error));
        close = againWhenSeen(again);
      },
    );
    return () => {
      abort.abort();
      close();
    };
  }, [id, attempt]);
  if (problem)
    return (
      <DeadEnd title={`Run ${placeOfId(id)}`}>
        <Problem error={problem} what="run" retry={() => setAttempt(attempt + 1)} />
      </DeadEnd>
    );
  return run ? <Shown run={run} /> : <Loading what="run" />;
}

/** Series that have changed replace those with their tag. */
function merged(before: readonly Series[], changed: readonly Series[]): Series[] {
  const byTag = new Map([...before, ...changed].map((series) => [series.tag, series]));
  return [...byTag.values()];
}

function Shown({ run }: { readonly run: RunOpening }) {
  const { name, state, kind, path, series, settings, files, notes, data, hasAnswers, id } = run;
  const isLog = address.value.query.scale === 'log';
  const plots = useMemo(() => seriesPlots(series, { log: isLog, step: stepWord(kind) }), [series, isLog, kind]);
  return (
    <>
      <div class="study-title">
        <h1>{name}</h1>
        <EntryBadge state={state} kind={kind} />
        {kind === 'tensorboard' && <span class="kind">TensorBoard</span>}
        <span class="muted">{path !== name ? path : ''}</span>
      </div>
      {notes.map((note) => (
        <p key={note} class="note">
          {note}
        </p>
      ))}
      {plots.length === 0 ? (
        <Empty>No values are recorded yet.</Empty>
      ) : (
        <>
          <div class="choices">
            <Choice
              label="Scale"
              value={isLog ? 'log' : 'linear'}
              set={(value) => changeQuery({ scale: value })}
              options={[
                ['linear', 'linear'],
                ['log', 'logarithmic'],
              ]}
            />
          </div>
          <div class="charts">
            {plots.map((plot) => (
              <Chart key={plot.title} plot={plot} height={280} />
            ))}
          </div>
        </>
      )}
      {hasAnswers && (
        <>
          <h2>What its network answers</h2>
          <LoadedAnswers path={runPath(id, 'answers')} />
        </>
      )}
      <h2>Settings</h2>
      <SettingsList settings={settings} />
      {data && (
        <p>
          Data: {data.name}, hash <code>{data.hash.slice(0, 12)}</code>
        </p>
      )}
      <h2>Files</h2>
      <Files files={files} />
    </>
  );
}
