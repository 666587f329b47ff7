/** Waiting that a signal ends. */
import { setMaxListeners } from 'node:events';

/**
 * Calls `hear` when the signal is aborted, or now where it was. @returns how to stop hearing. Node warns of a leak where
 * more than ten hear one signal; here hundreds of trainings do so on purpose, each until it has ended.
 */
export function onAbort(signal: AbortSignal, hear: () => void): () => void {
  if (signal.aborted) {
    hear();
    return () => {};
  }
  setMaxListeners(0, signal);
  signal.addEventListener('abort', hear, { once: true });
  return () => signal.removeEventListener('abort', hear);
}

/** Waits, at most until the signal is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let deafen = () => {};
    const end = () => {
      clearTimeout(timer);
      deafen();
      resolve();
    };
    const timer = setTimeout(end, ms);
    if (signal) deafen = onAbort(signal, end);
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
    const deafen = onAbort(signal, () => {
      timer = setTimeout(() => reject(late()), ms);
    });
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      deafen();
    });
  });
}

/** A signal that is aborted `ms` after another. */
export function laterSignal(signal: AbortSignal, ms: number): AbortSignal {
  const later = new AbortController();
  onAbort(signal, () => setTimeout(() => later.abort(), ms).unref());
  return later.signal;
}
