/** Waiting that a signal ends. */

/** Waits, at most until the signal is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
  });
}

/** Resolves or rejects as `work` does, but rejects with `late()` where `work` goes on for `ms` after the signal. */
export function endsAfter<T>(
  work: Promise<T>,
  signal: AbortSignal,
  { ms, late }: { readonly ms: number; readonly late: () => Error },
): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const onAbort = () => {
      timer = setTimeout(() => reject(late()), ms);
    };
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    });
  });
}

/** A signal that is aborted `ms` after another. */
export function laterSignal(signal: AbortSignal, ms: number): AbortSignal {
  const later = new AbortController();
  const onAbort = () => setTimeout(() => later.abort(), ms).unref();
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  return later.signal;
}
