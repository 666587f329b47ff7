/** Start a study: one that ships, or a file of one's own, which is checked while it is being typed. */
import { signal } from '@preact/signals';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ControlAnswer, ControlView, StartRequest } from '../../../src/server/protocol.ts';
import { Action } from '../../shared/action.tsx';
import { goTo, linkTo } from '../address.ts';
import { getText, postJson } from '../data/api.ts';
import { useLoaded } from '../data/loaded.ts';
import { appears } from '../data/starting.ts';
import { messageOf } from '../data/study.ts';
import { useValidation } from '../data/validation.ts';
import { Empty, Show } from '../parts/states.tsx';
import { Mistakes, Plan } from '../parts/validation.tsx';

export default function Start() {
  const control = useLoaded<ControlView>('/api/control');
  return (
    <>
      <h1>Start a study</h1>
      <Show loaded={control} what="studies">
        {(found) =>
          found.allowed ? (
            <Form control={found} />
          ) : (
            <Empty>
              <p>Studies cannot be started here. {found.why}</p>
              <p>
                In a terminal: <code>npx lenet study run post</code>
              </p>
            </Empty>
          )
        }
      </Show>
    </>
  );
}

const first = `name: my-study
protocol: held-out # training images that are held out judge, not the test set
base: { epochs: 2, trainLimit: 6000 } # what all trainings share
grid: # every combination is trained
  learningRate: [0.0003, 0.001, 0.003]
seeds: 3 # trainings of each combination
`;

/** What was typed: it is there again when the user comes back to the view, for instance after a start that has failed. */
const typed = signal(first);

function Form({ control: { studies, cores } }: { readonly control: ControlView }) {
  const [chosen, setChosen] = useState('');
  const text = typed.value;
  const setText = (next: string) => {
    typed.value = next;
  };
  const [shipped, setShipped] = useState<string>();
  const [jobs, setJobs] = useState(cores);
  const [said, setSaid] = useState<string>();
  const [busy, setBusy] = useState(false);
  const validation = useValidation(text);
  const left = useLeft();
  const canStart = !busy && validation?.ok === true;
  const choose = (name: string) => {
    setChosen(name);
    setSaid(undefined);
    if (name === '') return;
    getText(`/api/control/studies/${encodeURIComponent(name)}`).then(
      (found) => {
        setText(found);
        setShipped(found);
      },
      (error: unknown) => setSaid(messageOf(error)),
    );
  };
  const start = async () => {
    if (!canStart) return;
    setBusy(true);
    setSaid(undefined);
    // An unchanged study that ships is started by its name: files that it names are found beside it.
    const what = chosen !== '' && text === shipped ? { study: chosen } : { text };
    try {
      const request: StartRequest = { ...what, jobs };
      const { id, message } = await postJson<ControlAnswer>('/api/control/start', request);
      setSaid(message);
      if (id !== null && (await appears(id, left))) goTo(linkTo('study', id));
    } catch (error) {
      if (left.aborted) return;
      setSaid(messageOf(error));
    }
    setBusy(false);
  };
  const mistakes = validation?.ok === false ? validation.mistakes : [];
  return (
    <form
      class="start"
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <p class="muted">
        A study file says which settings are compared, and with how many seeds. It is checked while you type.{' '}
        <a href="./playground/docs/studies.html">What can stand in it</a>
      </p>
      <label>
        Begin with{' '}
        <select value={chosen} onChange={({ currentTarget }) => choose(currentTarget.value)}>
          <option value="">a small example</option>
          {studies.map(({ name, title }) => (
            <option key={name} value={name}>
              {name}: {title}
            </option>
          ))}
        </select>
      </label>
      <div class="sheet">
        <label class="file">
          Study file
          <textarea
            value={text}
            rows={18}
            spellcheck={false}
            wrap="off"
            aria-invalid={mistakes.length > 0}
            aria-describedby="validation"
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </label>
        <div>
          <h2>{validation?.ok === false ? 'What is wrong' : 'What it would do'}</h2>
          <div id="validation" role="status" class="validation">
            {!validation ? (
              <p class="muted">Checking…</p>
            ) : validation.ok === undefined ? (
              <p class="problem">{validation.problem}</p>
            ) : validation.ok ? (
              <Plan validation={validation} />
            ) : (
              <Mistakes mistakes={mistakes} text={text} />
            )}
          </div>
          <div class="choices">
            <label>
              Trainings at a time{' '}
              <input
                type="number"
                min={1}
                max={64}
                value={jobs}
                onInput={({ currentTarget }) => setJobs(currentTarget.valueAsNumber || 1)}
              />
            </label>
            <Action type="submit" class="button" isBlocked={!canStart} whyId={busy ? undefined : 'validation'}>
              {busy ? 'Starting…' : validation?.ok && validation.exists ? 'Continue' : 'Start'}
            </Action>
          </div>
          {said && (
            <p class={busy ? 'muted' : 'problem words'} role={busy ? 'status' : 'alert'}>
              {said}
            </p>
          )}
        </div>
      </div>
    </form>
  );
}

/** A signal that is aborted when the user leaves the view. */
function useLeft(): AbortSignal {
  const left = useMemo(() => new AbortController(), []);
  useEffect(() => () => left.abort(), [left]);
  return left.signal;
}
