/** Something that a view asks the server for again and again, while the page is seen. */
import { useEffect, useState } from 'preact/hooks';
import { getJson, type RequestError } from './api.ts';
import type { Loaded } from './loaded.ts';
import { requestError } from './study.ts';

export interface Polled<T> {
  /** The last answer; failed where there never was one. */
  readonly loaded: Loaded<T>;
  /** Why the last request failed. */
  readonly error: RequestError | undefined;
  readonly retry: () => void;
}

/** @param everyMs the time between two requests. */
export function usePolled<T>(path: string, everyMs: number): Polled<T> {
  const [value, setValue] = useState<T>();
  const [error, setError] = useState<RequestError>();
  const [attempt, setAttempt] = useState(0);
  // A new attempt asks at once.
  useEffect(() => {
    const abort = new AbortController();
    const ask = async () => {
      if (document.hidden) return;
      try {
        setValue(await getJson<T>(path, abort.signal));
        setError(undefined);
      } catch (failure) {
        if (!abort.signal.aborted) setError(requestError(failure));
      }
    };
    void ask();
    const timer = setInterval(ask, everyMs);
    return () => {
      clearInterval(timer);
      abort.abort();
    };
  }, [path, everyMs, attempt]);
  const retry = () => setAttempt((before) => before + 1);
  if (value !== undefined) return { loaded: { state: 'ready', value }, error, retry };
  return { loaded: error ? { state: 'failed', error, retry } : { state: 'loading' }, error, retry };
}
