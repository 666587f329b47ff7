/** One trial: its curve, its settings, what its network answers, its files and its machine. */
import { useMemo } from 'preact/hooks';
import type { AnswersView, TrialDetails, TrialRow } from '../../../src/server/protocol.ts';
import { Chart } from '../../shared/chart/chart.tsx';
import type { Line, Plot } from '../../shared/chart/plot.ts';
import { linkTo } from '../address.ts';
import { studyPath } from '../data/api.ts';
import { useLoaded } from '../data/loaded.ts';
import { useNames } from '../data/selection.ts';
import { durationText, measureLabel, scoreText, stepWord } from '../data/words.ts';
import { Answers } from '../parts/answers.tsx';
import { TrialBadge } from '../parts/badge.tsx';
import { Files } from '../parts/files.tsx';
import { Sessions } from '../parts/sessions.tsx';
import { SettingsList } from '../parts/settings-list.tsx';
import { NotFound, Show } from '../parts/states.tsx';
import type { StudyViewProps } from '../views.ts';

export default function Trial({ study, data, rest: [number] }: StudyViewProps) {
  const row = data.trials.find((trial) => String(trial.number) === number);
  if (!row) {
    const back = { to: linkTo('study', study.id, 'trials'), text: 'To the trials of this study' };
    return <NotFound what="trial" back={back} />;
  }
  return <OfTrial key={row.number} row={row} study={study} data={data} />;
}

type OfTrialProps = Pick<StudyViewProps, 'study' | 'data'> & { readonly row: TrialRow };

function OfTrial({ row, study, data }: OfTrialProps) {
  const { head, trials } = data;
  const names = useNames(data, study.facts.value);
  // Another program's trial is its settings and values: it has no folder, and no defaults that are known here.
  const isOurs = head.kind === 'study';
  // Once more when the trial has ended: only then are there a model and answers.
  const details = useLoaded<TrialDetails>(`${studyPath(study.id, 'trials', row.number)}?${row.state}`);
  const seeds = trials.filter(
    ({ configuration, number }) => configuration === row.configuration && number !== row.number,
  );
  return (
    <>
      <div class="study-title">
        <h2>
          Trial {row.number}
          {row.seed !== null && `, seed ${row.seed}`}
        </h2>
        <TrialBadge state={row.state} />
        {row.score !== null && <strong>{scoreText(row.score, head.objective)}</strong>}
        {row.seconds > 0 && <span class="muted">{durationText(row.seconds)} of training</span>}
      </div>
      <p>
        {names.long(row.configuration)}
        {row.proposal !== null && <span class="muted"> (proposal {row.proposal})</span>}
      </p>
      {row.reason && <p class="problem">{row.reason}</p>}
      {seeds.length > 0 && (
        <p>
          The same settings with other seeds:{' '}
          {seeds.slice(0, 20).map(({ number, seed }) => (
            <a key={number} class="spaced" href={linkTo('study', study.id, 'trial', number)}>
              {seed === null ? `trial ${number}` : `seed ${seed}`}
            </a>
          ))}
        </p>
      )}
      <TrialCurves row={row} data={data} />
      <Show loaded={details} what="trial">
        {({ settings, given, environment, files, hasAnswers, why }) => (
          <>
            {isOurs && (
              <>
                <h2>What its network answers</h2>
                {hasAnswers ? (
                  <LoadedAnswers path={studyPath(study.id, 'trials', row.number, 'answers')} />
                ) : (
                  <p>{why ?? 'There is nothing to look at.'}</p>
                )}
              </>
            )}
            <h2>Settings</h2>
            <SettingsList settings={settings} {...(isOurs ? { given } : {})} />
            {isOurs && (
              <>
                <h2>Files</h2>
                <Files files={files} />
              </>
            )}
            {environment && (
              <>
                <h2>Environment</h2>
                <Sessions sessions={[environment]} />
              </>
            )}
          </>
        )}
      </Show>
    </>
  );
}

export function LoadedAnswers({ path }: { readonly path: string }) {
  const answers = useLoaded<AnswersView>(path);
  return (
    <Show loaded={answers} what="answers">
      {(found) => <Answers answers={found} />}
    </Show>
  );
}

/** The value that decides, and the losses beside it where they are measured. */
function TrialCurves({
  row: { curve, number, state },
  data: { head },
}: {
  readonly row: TrialRow;
  readonly data: OfTrialProps['data'];
}) {
  const plots = useMemo((): Plot[] => {
    // Another program does not tell on what it measured.
    const sets = { post: 'test', 'held-out': 'validation' } as const;
    const set = head.protocol === null ? head.objective.name : sets[head.protocol];
    const line = (
      name: string,
      values: readonly (number | null)[] | undefined,
      look: Pick<Line, 'ink' | 'dash'>,
      factor = 1,
    ): Line[] =>
      values?.some((value) => value !== null)
        ? [
            {
              kind: 'line',
              name,
              ...look,
              x: curve.epoch,
              y: values.map((value) => (value === null ? undefined : value * factor)),
            },
          ]
        : [];
    const solid = { ink: 'series-1', dash: [] } as const;
    const dashed = { ink: 'series-2', dash: [6, 4] } as const;
    const x = { label: stepWord(head.kind), whole: true };
    const label = measureLabel(head.objective, head.protocol);
    const training = head.objective.kind === 'accuracy' ? line('training', curve.trainAccuracy, dashed, 100) : [];
    const score: Plot = {
      title: label,
      alt: `${label} of trial ${number} by ${x.label}, from ${scoreText(curve.score[0], head.objective)} to ${scoreText(curve.score.at(-1), head.objective)}.`,
      x,
      // Both sets stand in it, so the axis names none.
      y: { label: training.length > 0 ? measureLabel(head.objective, null) : label, decimals: head.objective.decimals },
      layers: [...line(set, curve.score, solid), ...training],
    };
    const losses: Plot = {
      title: 'Loss',
      alt: `Loss of trial ${number} by ${x.label} on the ${set} and the training set.`,
      x,
      y: { label: 'loss', log: true, decimals: 4 },
      layers: [...line(set, curve.loss, solid), ...line('training', curve.trainLoss, dashed)],
    };
    return losses.layers.length > 0 && head.objective.kind !== 'loss' ? [score, losses] : [score];
  }, [curve, head, number]);
  return (
    <div class="charts">
      {plots.map((plot) => (
        <Chart
          key={plot.title}
          plot={plot}
          height={260}
          empty={state === 'running' ? `No ${plot.x.label} is finished yet.` : `No ${plot.x.label} was finished.`}
        />
      ))}
    </div>
  );
}
