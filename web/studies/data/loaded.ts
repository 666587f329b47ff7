/** Something that a view asks the server for, once for each address. */
import { useEffect, useState } from 'preact/hooks';
import { getJson, type RequestError } from './api.ts';
import { connection } from './stream.ts';
import { requestError } from './study.ts';

export type Loaded<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly value: T }
  | { readonly state: 'failed'; readonly error: RequestError; readonly retry: () => void };

/** @param path undefined: nothing is asked for yet. */
export function useLoaded<T>(path: string | undefined): Loaded<T> {
  const [found, setFound] = useState<{ readonly path: string | undefined; readonly loaded: Loaded<T> }>();
  const [attempt, setAttempt] = useState(0);
  // A new attempt asks again.
  useEffect(() => {
    if (path === undefined) return;
    const abort = new AbortController();
    getJson<T>(path, abort.signal).then(
      (value) => setFound({ path, loaded: { state: 'ready', value } }),
      (error: unknown) => {
        if (abort.signal.aborted) return;
        const retry = () => {
          setFound(undefined);
          setAttempt((before) => before + 1);
        };
        setFound({ path, loaded: { state: 'failed', error: requestError(error), retry } });
      },
    );
    return () => abort.abort();
  }, [path, attempt]);
  const isLive = connection.value === 'live';
  // What the server did not answer is asked for again when it is back.
  useEffect(() => {
    if (isLive && found?.loaded.state === 'failed' && found.loaded.error.status === 0) found.loaded.retry();
  }, [isLive]);
  return found && found.path === path ? found.loaded : { state: 'loading' };
}
