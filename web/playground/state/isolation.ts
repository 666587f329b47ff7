/**
 * Makes the page cross-origin isolated where its host sends no headers for that: a service worker adds them, and the page loads once more.
 * Threads need it (docs/decisions/0049).
 */

/** Remembers that it was tried, so that a browser in which it fails does not load the page for ever. */
const tried = 'lenet-isolation-tried';
/** The longest wait for the service worker [ms]. */
const longestMs = 4000;

/** Resolves when the page may start; never where it is about to load again. */
export async function isolate(): Promise<void> {
  if (globalThis.crossOriginIsolated || !globalThis.isSecureContext) return;
  const { serviceWorker } = navigator;
  if (serviceWorker === undefined || serviceWorker.controller || wasTried()) return;
  try {
    const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error('late')), longestMs));
    await Promise.race([serviceWorker.register('./isolate.js').then(() => serviceWorker.ready), late]);
  } catch {
    // A private window, or a host without the file: the page goes on with one thread.
    return;
  }
  location.reload();
  await new Promise<never>(() => {});
}

function wasTried(): boolean {
  try {
    const before = sessionStorage.getItem(tried) !== null;
    sessionStorage.setItem(tried, 'yes');
    return before;
  } catch {
    return true;
  }
}
