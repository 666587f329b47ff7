/** The fleet of a study: its workers and what each does, how fast it goes, and how long it will take. */
import type { FleetView } from '../../../src/server/protocol.ts';
import { Scroll } from '../../shared/scroll.tsx';
import { linkTo } from '../address.ts';
import { studyPath } from '../data/api.ts';
import { usePolled } from '../data/polled.ts';
import { countText, durationText } from '../data/words.ts';
import { Empty, Problem, Show } from '../parts/states.tsx';
import type { StudyViewProps } from '../views.ts';

/** The coordinator writes every two seconds. */
const lookMs = 2000;
/** From this age on, what it wrote is not what is now (seconds). */
const oldSeconds = 10;

export default function Fleet({ data: { head, state } }: StudyViewProps) {
  const { loaded, error, retry } = usePolled<FleetView>(studyPath(head.id, 'fleet'), lookMs);
  return (
    <>
      {error && loaded.state === 'ready' && <Problem error={error} what="fleet" retry={retry} />}
      <Show loaded={loaded} what="fleet">
        {(fleet) => (
          <Now
            id={head.id}
            fleet={fleet}
            isRunning={state.state === 'running'}
            isFinished={state.state === 'finished'}
          />
        )}
      </Show>
    </>
  );
}

interface NowProps {
  readonly id: string;
  readonly fleet: FleetView;
  readonly isRunning: boolean;
  readonly isFinished: boolean;
}

function Now({ id, fleet, isRunning, isFinished }: NowProps) {
  const { workers, queued, pace, away, ageSeconds } = fleet;
  const isOld = ageSeconds > oldSeconds;
  const places = workers.reduce((sum, { slots }) => sum + slots, 0);
  const busy = workers.reduce((sum, { doing }) => sum + doing.length, 0);
  return (
    <>
      {isFinished && <p>The study has finished. This is how its fleet stood {durationText(ageSeconds)} ago.</p>}
      {!isFinished && isOld && (
        <p class="banner" role="status">
          The coordinator last wrote {durationText(ageSeconds)} ago
          {isRunning ? '' : ': it does not run. Workers finish what they have; the same command goes on from there'}.
        </p>
      )}
      {away && !isOld && (
        <p class="banner" role="status">
          The database is away ({away}). Workers go on training, and deliver when it is back.
        </p>
      )}
      <dl class="pairs">
        <Fact
          name="workers"
          value={
            workers.length === 0 ? 'none' : `${workers.length} with ${countText(places, 'place')}, ${busy} at work`
          }
        />
        <Fact name="waiting for a worker" value={countText(queued, 'training')} />
        <Fact name="ordered now" value={countText(pace.wanted, 'training')} />
        <Fact name="ended" value={`${countText(pace.ended, 'training')}, ${pace.perMinute.toFixed(1)} a minute`} />
        <Fact name="still to come" value={`about ${countText(pace.left, 'training')}`} />
        <Fact name="time left" value={timeLeft(pace.secondsLeft, isFinished)} />
        <Fact name="done twice" value={`${countText(pace.checks, 'training')}, with equal results`} />
        <Fact name="sent twice, since slow" value={countText(pace.copies, 'training')} />
      </dl>
      {workers.length === 0 ? (
        <Empty>
          <p>
            No worker is there. Start one on any machine: <code>npx lenet worker</code>
          </p>
        </Empty>
      ) : (
        <Workers id={id} workers={workers} />
      )}
    </>
  );
}

function timeLeft(seconds: number | null, isFinished: boolean): string {
  if (isFinished) return 'none';
  return seconds === null ? 'not known before trainings have ended' : `about ${durationText(seconds)}`;
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Workers({ id, workers }: { readonly id: string; readonly workers: FleetView['workers'] }) {
  return (
    <Scroll label="Workers">
      <table>
        <thead>
          <tr>
            <th scope="col">worker</th>
            <th scope="col">trains</th>
            <th scope="col" class="number">
              ended
            </th>
            <th scope="col" class="number">
              there for
            </th>
            <th scope="col">processor</th>
          </tr>
        </thead>
        <tbody>
          {workers.map((worker) => (
            <tr key={worker.id}>
              <td>
                {worker.name} <code>{worker.id.slice(0, 8)}</code>
              </td>
              <td>
                <Doing id={id} worker={worker} />
              </td>
              <td class="number">{worker.ended}</td>
              <td class="number">{durationText(worker.upSeconds)}</td>
              <td>{worker.cpu}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** From this time without progress on a training is shown as silent (seconds). */
const silentSeconds = 30;

function Doing({
  id,
  worker: { doing, slots },
}: {
  readonly id: string;
  readonly worker: FleetView['workers'][number];
}) {
  const idle = slots - doing.length;
  return (
    <ul class="plain">
      {doing.map((training, i) => (
        <li key={i}>
          {training.trial === null ? (
            'another study'
          ) : (
            <a href={linkTo('study', id, 'trial', training.trial)}>trial {training.trial}</a>
          )}
          , {(100 * training.share).toFixed(0)} % in {durationText(training.seconds)}
          {training.silentSeconds > silentSeconds && `, silent for ${durationText(training.silentSeconds)}`}
        </li>
      ))}
      {idle > 0 && <li class="muted">{countText(idle, 'idle place')}</li>}
    </ul>
  );
}
