/** One study as the page knows it: its rows, kept up to date by the stream, and its facts. */
import { batch, type ReadonlySignal, signal } from '@preact/signals';
import type {
  ConfigurationRow,
  Facts,
  LiveState,
  StudyEvents,
  StudyHead,
  StudyOpening,
  TrialRow,
} from '../../../src/server/protocol.ts';
import { againWhenSeen } from './again.ts';
import { getJson, RequestError, studyPath } from './api.ts';
import { upsert } from './rows.ts';
import { openStream } from './stream.ts';

export interface StudyData {
  readonly head: StudyHead;
  readonly state: LiveState;
  readonly configurations: readonly ConfigurationRow[];
  /** In the order of their numbers. */
  readonly trials: readonly TrialRow[];
}

export interface LiveStudy {
  readonly id: string;
  /** Undefined while it loads. */
  readonly data: ReadonlySignal<StudyData | undefined>;
  /** Undefined until the server has computed them. */
  readonly facts: ReadonlySignal<Facts | undefined>;
  /** Why there are no facts. */
  readonly factsProblem: ReadonlySignal<string | undefined>;
  /** Why it cannot be shown, or not be shown further. */
  readonly problem: ReadonlySignal<RequestError | undefined>;
  reload(): void;
  close(): void;
}

/** Loads a study and follows it until it is closed. */
export function followStudy(id: string): LiveStudy {
  const data = signal<StudyData | undefined>(undefined);
  const facts = signal<Facts | undefined>(undefined);
  const factsProblem = signal<string | undefined>(undefined);
  const problem = signal<RequestError | undefined>(undefined);
  let closeStream = () => {};
  let stopWaiting = () => {};
  let abort = new AbortController();
  const factsLoader = newestOnly(() => getJson<Facts>(studyPath(id, 'facts'), abort.signal), {
    loaded: (found) => batch(() => ([facts.value, factsProblem.value] = [found, undefined])),
    failed: (error) => (factsProblem.value = messageOf(error)),
  });

  const load = async () => {
    try {
      const { position, ...opening } = await getJson<StudyOpening>(studyPath(id), abort.signal);
      batch(() => ([data.value, problem.value] = [opening, undefined]));
      closeStream = follow(position);
      factsLoader();
    } catch (error) {
      if (abort.signal.aborted) return;
      problem.value = requestError(error);
      stopWaiting = againWhenSeen(() => void load());
    }
  };
  const change = (part: Partial<StudyData>) => {
    if (data.value) data.value = { ...data.value, ...part };
  };
  const follow = (position: string) => {
    const apply = perFrame<StudyEvents['rows']>((events) => {
      const present = data.value;
      if (!present) return;
      let { trials, configurations } = present;
      for (const event of events) {
        trials = upsert(trials, event.trials, ({ number }) => number);
        configurations = upsert(configurations, event.configurations, ({ index }) => index);
      }
      change({ trials, configurations });
    });
    return openStream<StudyEvents>(
      (from) => `${studyPath(id, 'events')}?from=${encodeURIComponent(from ?? position)}`,
      {
        rows: apply,
        head: (head) => change({ head }),
        state: (state) => change({ state }),
        facts: factsLoader,
        reset: reload,
        problem: ({ problem: text }) => (problem.value = new RequestError(text, 500)),
      },
      // Facts that were computed meanwhile are not told again.
      {
        start: position,
        onReturn() {
          problem.value = undefined;
          factsLoader();
        },
        onRefusal: (reason) => (problem.value = reason),
      },
    );
  };
  const close = () => {
    abort.abort();
    stopWaiting();
    closeStream();
  };
  const reload = () => {
    close();
    abort = new AbortController();
    problem.value = undefined;
    void load();
  };
  void load();
  return { id, data, facts, factsProblem, problem, reload, close };
}

/** Collects values and hands them over once a frame, so that a burst of events draws the page once. */
function perFrame<Value>(apply: (values: readonly Value[]) => void): (value: Value) => void {
  let waiting: Value[] = [];
  return (value) => {
    waiting.push(value);
    if (waiting.length > 1) return;
    requestAnimationFrame(() => {
      const values = waiting;
      waiting = [];
      apply(values);
    });
  };
}

/** Calls `load` one at a time; calls that come meanwhile lead to one more. */
function newestOnly<Value>(
  load: () => Promise<Value>,
  { loaded, failed }: { loaded: (value: Value) => void; failed: (error: unknown) => void },
): () => void {
  let isLoading = false;
  let isAskedAgain = false;
  const start = async () => {
    if (isLoading) {
      isAskedAgain = true;
      return;
    }
    isLoading = true;
    try {
      loaded(await load());
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'AbortError')) failed(error);
    }
    isLoading = false;
    if (isAskedAgain) {
      isAskedAgain = false;
      void start();
    }
  };
  return () => void start();
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function requestError(error: unknown): RequestError {
  return error instanceof RequestError ? error : new RequestError(messageOf(error), 0);
}
