/** The server's check of a study file while it is being typed. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ValidateRequest, Validation } from '../../../src/server/protocol.ts';
import { postJson } from './api.ts';
import { messageOf } from './study.ts';

/** How long the user must have stopped typing before the text is checked [milliseconds]. */
const pauseMs = 250;

/** After so long a check that the server has not answered is tried again [milliseconds]. */
const retryMs = 2000;

/** What the server says of a text, or why it says nothing. */
export type Check = Validation | { readonly ok: undefined; readonly problem: string };

/** The check of a text; undefined while it runs. Only the newest text's answer counts. */
export function useValidation(text: string): Check | undefined {
  const [found, setFound] = useState<{ readonly text: string; readonly check: Check }>();
  const isFirst = useRef(true);
  useEffect(() => {
    const abort = new AbortController();
    const look = () =>
      postJson<Validation>('/api/control/validate', { text } satisfies ValidateRequest, abort.signal).then(
        (check) => setFound({ text, check }),
        (error: unknown) => {
          if (abort.signal.aborted) return;
          setFound({ text, check: { ok: undefined, problem: messageOf(error) } });
          timer = setTimeout(look, retryMs);
        },
      );
    let timer = setTimeout(look, isFirst.current ? 0 : pauseMs);
    isFirst.current = false;
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text]);
  return found?.text === text ? found.check : undefined;
}
