/** The list of studies and runs: state, best value, verdict in a line, time left. */
import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { Entry, ListEvents, Listing, StartView } from '../../../src/server/protocol.ts';
import { linkTo } from '../address.ts';
import { getJson, type RequestError } from '../data/api.ts';
import { openStream } from '../data/stream.ts';
import { requestError } from '../data/study.ts';
import { agoText, countText, durationText } from '../data/words.ts';
import { EntryBadge } from '../parts/badge.tsx';
import { DeadEnd, Empty, Loading, Problem } from '../parts/states.tsx';

/** What a server that leaves out places says instead of the folder. */
const hiddenFolder = '…';

/** The list as last seen, so that it is there at once when the user comes back to it. */
const listing = signal<Listing | undefined>(undefined);
const problem = signal<RequestError | undefined>(undefined);

function follow(): () => void {
  problem.value = undefined;
  // The stream sends the list, too; but only an answer tells why there is none.
  getJson<Listing>('/api/entries').then(
    (found) => {
      listing.value ??= found;
    },
    (error: unknown) => {
      problem.value = requestError(error);
    },
  );
  return openStream<ListEvents>(
    () => '/api/events',
    {
      list: (found) => {
        listing.value = found;
        problem.value = undefined;
      },
    },
    {
      onRefusal: (reason) => {
        problem.value = reason;
      },
    },
  );
}

export default function Entries() {
  const [attempt, setAttempt] = useState(0);
  // A new attempt ends the one before: a browser has few connections.
  useEffect(follow, [attempt]);
  const found = listing.value;
  const failure = problem.value && (
    <Problem error={problem.value} what="folder" retry={() => setAttempt(attempt + 1)} />
  );
  if (!found) return <DeadEnd title="Studies and runs">{failure ?? <Loading what="studies and runs" />}</DeadEnd>;
  const studies = found.entries.filter(({ kind }) => kind === 'study' || kind === 'optuna');
  const runs = found.entries.filter(({ kind }) => kind === 'run' || kind === 'tensorboard');
  return (
    <>
      <h1>Studies and runs</h1>
      {problem.value?.status !== 0 && failure}
      <p class="muted">
        {found.folder === hiddenFolder ? (
          'The page follows what any process writes into its folder.'
        ) : (
          <>
            In <code>{found.folder}</code>. The page follows what any process writes there.
          </>
        )}
      </p>
      {found.note && <p class="note">{found.note}</p>}
      {found.starts.length > 0 && <Starts starts={found.starts} />}
      {found.entries.length === 0 && found.starts.length === 0 && <Nothing control={found.control} />}
      {studies.length > 0 && <List title="Studies" entries={studies} />}
      {runs.length > 0 && <List title="Runs" entries={runs} />}
    </>
  );
}

function Nothing({ control }: { readonly control: boolean }) {
  return (
    <Empty>
      <p>There are no studies and runs here yet.</p>
      <p>
        A study trains a network with several settings and several seeds each, and says which setting is best. What it
        finds appears here while it runs.
      </p>
      {control && (
        <p>
          <a class="button" href={linkTo('start')}>
            Start a study
          </a>
        </p>
      )}
      <p>
        {control ? 'Or in a terminal:' : 'Start one in a terminal:'} <code>npx lenet study run post</code>
      </p>
    </Empty>
  );
}

/** Studies that were started in a page and have recorded nothing. */
function Starts({ starts }: { readonly starts: readonly StartView[] }) {
  return (
    <section aria-label="Starts">
      <h2>Starts</h2>
      <ul class="entries">
        {starts.map(({ id, name, problem: failure }) => (
          <li key={id}>
            <article class="entry">
              <div class="entry-head">
                <h3>{name}</h3>
                <span class="muted">{failure === null ? 'is being started…' : 'has not started'}</span>
              </div>
              {failure !== null && (
                <>
                  <p class="problem words">{failure}</p>
                  <p>
                    <a href={linkTo('start')}>Change the study and start again</a>
                  </p>
                </>
              )}
            </article>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What runs stands first. */
function List({ title, entries }: { readonly title: string; readonly entries: readonly Entry[] }) {
  const now = Date.now();
  const isRunning = ({ state }: Entry) => Number(state === 'running');
  const inOrder = [...entries].sort((a, b) => isRunning(b) - isRunning(a));
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <ul class="entries">
        {inOrder.map((entry) => (
          <li key={entry.id}>
            <EntryCard entry={entry} now={now} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function EntryCard({ entry, now }: { readonly entry: Entry; readonly now: number }) {
  const { id, name, path, kind, state, progress, best, verdict, secondsLeft, changed, problem: damage } = entry;
  const place = kind === 'study' || kind === 'optuna' ? 'study' : 'run';
  const unit = place === 'study' ? 'trial' : 'epoch';
  return (
    <article class="entry">
      <div class="entry-head">
        <h3>
          <a href={linkTo(place, id)}>{name}</a>
        </h3>
        <EntryBadge state={state} kind={kind} />
        {(kind === 'optuna' || kind === 'tensorboard') && (
          <span class="kind">{kind === 'optuna' ? 'Optuna' : 'TensorBoard'}</span>
        )}
        <span class="muted path">{path !== name && path !== '.' ? path : ''}</span>
        <span class="muted changed">{agoText(changed, now)}</span>
      </div>
      {verdict && <p class="verdict">{verdict}</p>}
      {damage && <p class="problem words">{damage}</p>}
      <div class="entry-facts">
        {best && (
          <span>
            best <strong>{best.text}</strong>
            {best.of && ` (${best.of})`}
          </span>
        )}
        {progress && <Progress {...progress} unit={unit} />}
        {secondsLeft !== null && state === 'running' && <span>about {durationText(secondsLeft)} left</span>}
      </div>
    </article>
  );
}

export function Progress({
  ended,
  expected,
  failed,
  unit,
}: NonNullable<Entry['progress']> & { readonly unit: string }) {
  const text =
    expected === null ? countText(ended, unit) : `${ended.toLocaleString('en-US')} of ${countText(expected, unit)}`;
  return (
    <span class="progress">
      {expected !== null && expected > 0 && (
        <progress max={expected} value={Math.min(ended, expected)} aria-label={text} />
      )}
      {text}
      {failed > 0 && <span class="problem">, {failed} failed</span>}
    </span>
  );
}
