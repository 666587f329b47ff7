/** Start a study: one that ships, or a file of one's own, which is checked while it is being typed. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type {
  ControlAnswer,
  ControlView,
  StartRequest,
  StudyFileMistake,
  ValidateRequest,
  Validation,
} from '../../../src/server/protocol.ts';
import { goTo, linkTo } from '../address.ts';
import { getJson, getText, postJson, studyPath } from '../data/api.ts';
import { useLoaded } from '../data/loaded.ts';
import { messageOf, requestError } from '../data/study.ts';
import { Empty, Show } from '../parts/states.tsx';

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
            <Empty>Studies cannot be started here: {found.why ?? 'this server only reads'}.</Empty>
          )
        }
      </Show>
    </>
  );
}

const first = `name: my-study
protocol: held-out
base: { epochs: 2, trainLimit: 6000 }
grid:
  learningRate: [0.0003, 0.001, 0.003]
seeds: 3
`;

/** How long the user must have stopped typing before the text is checked [milliseconds]. */
const pauseMs = 250;

function Form({ control: { studies, cores } }: { readonly control: ControlView }) {
  const [chosen, setChosen] = useState('');
  const [text, setText] = useState(first);
  const [shipped, setShipped] = useState<string>();
  const [jobs, setJobs] = useState(cores);
  const [said, setSaid] = useState<string>();
  const [busy, setBusy] = useState(false);
  const validation = useValidation(text);
  const left = useLeft();
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
  const mistakes = validation && !validation.ok ? validation.mistakes : [];
  return (
    <form
      class="start"
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
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
      <label class="file">
        Study file
        <textarea
          value={text}
          rows={18}
          spellcheck={false}
          aria-invalid={mistakes.length > 0}
          aria-describedby="validation"
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </label>
      <div id="validation" role="status" class="validation">
        {!validation ? (
          <p class="muted">Checking…</p>
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
        <button type="submit" class="button" disabled={busy || !validation?.ok}>
          {busy ? 'Starting…' : validation?.ok && validation.exists ? 'Continue' : 'Start'}
        </button>
      </div>
      {said && (
        <p class={busy ? 'muted' : 'problem'} role={busy ? 'status' : 'alert'}>
          {said}
        </p>
      )}
    </form>
  );
}

/** How often the page looks for a study that was started [milliseconds]. */
const lookEveryMs = 300;
/** How often a study may be missing although no process starts it any more, before the page gives up. */
const mostMissing = 10;

/**
 * Waits until a study that was started can be opened: a large data set takes its process minutes at the first time.
 * @returns whether it can be. @throws RequestError with the last words of a process that has failed.
 */
async function appears(id: string, abort: AbortSignal): Promise<boolean> {
  for (let missing = 0; missing < mostMissing && !abort.aborted; ) {
    try {
      await getJson(studyPath(id), abort);
      return true;
    } catch (error) {
      const { status } = requestError(error);
      if (status === statuses.missing) missing++;
      else if (status !== statuses.tooEarly) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  return false;
}

const statuses = { missing: 404, tooEarly: 425 } as const;

/** A signal that is aborted when the user leaves the view. */
function useLeft(): AbortSignal {
  const left = useMemo(() => new AbortController(), []);
  useEffect(() => () => left.abort(), [left]);
  return left.signal;
}

/** The check of a text; undefined while it runs. Only the newest text's answer counts. */
function useValidation(text: string): Validation | undefined {
  const [found, setFound] = useState<{ readonly text: string; readonly validation: Validation }>();
  const isFirst = useRef(true);
  useEffect(() => {
    const abort = new AbortController();
    const check = () =>
      postJson<Validation>('/api/control/validate', { text } satisfies ValidateRequest, abort.signal).then(
        (validation) => setFound({ text, validation }),
        (error: unknown) => {
          if (abort.signal.aborted) return;
          setFound({
            text,
            validation: { ok: false, mistakes: [{ line: null, column: null, message: messageOf(error) }] },
          });
        },
      );
    const timer = setTimeout(check, isFirst.current ? 0 : pauseMs);
    isFirst.current = false;
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text]);
  return found?.text === text ? found.validation : undefined;
}

function Plan({
  validation: { name, sentences, path, exists },
}: {
  readonly validation: Extract<Validation, { ok: true }>;
}) {
  return (
    <>
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <p class="muted">
        {exists
          ? `The folder ${path} holds the study ${name} already; it is continued.`
          : `The study will be kept in ${path}.`}
      </p>
    </>
  );
}

function Mistakes({ mistakes, text }: { readonly mistakes: readonly StudyFileMistake[]; readonly text: string }) {
  const lines = text.split('\n');
  return (
    <ul class="mistakes">
      {mistakes.map(({ line, column, message }) => (
        <li key={`${line} ${column} ${message}`}>
          {line !== null && <span class="muted">Line {line}: </span>}
          {message}
          {line !== null && <code>{lines[line - 1]}</code>}
        </li>
      ))}
    </ul>
  );
}
