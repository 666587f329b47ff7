/** The drawing as the network sees it: 28 x 28 pixels, framed in a worker. */
import { signal } from '@preact/signals';
import type { FramedPicture } from '../../../src/data/framing/mnist-framing.ts';
import type { Raster } from '../../../src/data/raster.ts';

export const framed = signal<FramedPicture>({ kind: 'nothing' });

let worker: Worker | undefined;
let isBusy = false;
/** The newest picture that came while the worker was busy; those between are never looked at. */
let waiting: Raster | undefined;

/** Frames a picture; `framed` has the outcome soon. */
export function frame(picture: Raster): void {
  if (isBusy) {
    waiting = picture;
    return;
  }
  worker ??= open();
  isBusy = true;
  worker.postMessage(picture);
}

function open(): Worker {
  const opened = new Worker(new URL('../lab/framing-program.ts', import.meta.url), { type: 'module', name: 'framing' });
  opened.addEventListener('message', ({ data }: MessageEvent<FramedPicture>) => {
    framed.value = data;
    isBusy = false;
    const next = waiting;
    waiting = undefined;
    if (next) frame(next);
  });
  return opened;
}
