/** Tells when a file may have changed. The system's notice is only a hint that shortens a wait: network disks send none. */
import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** @param path of a file, or of a folder. @param onHint is called when it may have changed, until `signal` is aborted. */
export function watchFile(path: string, onHint: () => void, signal: AbortSignal): void {
  let watcher: FSWatcher;
  try {
    // The folder is watched, because a file that is replaced takes its watch with it.
    watcher = watch(dirname(path), { persistent: false }, (_, name) => {
      if (name === null || name === basename(path)) onHint();
    });
  } catch {
    // Too many watches, or no folder: whoever waits looks again after a while.
    return;
  }
  watcher.on('error', () => watcher.close());
  signal.addEventListener('abort', () => watcher.close(), { once: true });
}
