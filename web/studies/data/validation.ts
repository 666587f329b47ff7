/** The server's check of a study file while it is being typed. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ValidateRequest, Validation } from '../../../src/server/protocol.ts';
import { postJson } from './api.ts';
import { messageOf } from './study.ts';

/** How long the user must have stopped typing before the text is checked [milliseconds]. */
const pauseMs = 250;

/** The check of a text; undefined while it runs. Only the newest text's answer counts. */
export function useValidation(text: string): Validation | undefined {
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
