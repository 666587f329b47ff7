/** Decodes many pictures on the threads of this machine. */
import { Worker } from 'node:worker_threads';
import { WorldError } from '../base/errors.ts';
import { machineFailure, readMachine, threadRoom, usableCores } from './machine.ts';
import { doPictureWork, type PictureOrder, type PictureResult } from './picture-work.ts';

/** Pictures of one order to a thread. */
const picturesPerOrder = 64;

/** Fewer pictures are decoded in this thread: a thread needs some 100 ms to start. */
const fewestForThreads = 500;

/**
 * Decodes pictures; results are in their order and do not depend on the number of threads.
 * @param onProgress is called with the number of pictures that are done.
 * @throws WorldError when a thread ends for lack of memory.
 */
export async function decodePictures(
  { paths, frame }: PictureOrder,
  onProgress: (done: number) => void,
): Promise<PictureResult> {
  const size = frame ? frame.channels * frame.height * frame.width : 0;
  const facts = new Array<PictureResult['facts'][number]>(paths.length);
  const images = new Uint8Array(paths.length * size);
  let next = 0;
  let done = 0;
  const workOn = async (work: (order: PictureOrder) => Promise<PictureResult>) => {
    while (next < paths.length) {
      const first = next;
      next = Math.min(paths.length, first + picturesPerOrder);
      const result = await work({ paths: paths.slice(first, next), frame });
      images.set(result.images, first * size);
      for (const [index, each] of result.facts.entries()) facts[first + index] = each;
      done += result.facts.length;
      onProgress(done);
    }
  };
  const threads = paths.length < fewestForThreads ? [] : startThreads();
  if (threads.length === 0) {
    await workOn(doPictureWork);
    return { facts, images };
  }
  try {
    await Promise.all(threads.map((thread) => workOn((order) => ask(thread, order))));
    return { facts, images };
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

/** As many threads as the machine has cores and room for, perhaps none. */
function startThreads(): Worker[] {
  const machine = readMachine();
  const wanted = Math.min(usableCores(machine), threadRoom(machine).threads);
  const threads: Worker[] = [];
  try {
    while (threads.length < wanted) threads.push(new Worker(new URL('./picture-thread-program.js', import.meta.url)));
  } catch (error) {
    // The machine refuses another thread: those that were started do the work, or this thread alone.
    if (!machineFailure(error)) throw error;
  }
  return threads;
}

function ask(thread: Worker, order: PictureOrder): Promise<PictureResult> {
  return new Promise((resolve, reject) => {
    const listen = { message: onMessage, error: onError, exit: onExit };
    for (const [event, listener] of Object.entries(listen)) thread.on(event, listener);
    thread.postMessage(order);

    function onMessage(result: PictureResult): void {
      settle();
      resolve(result);
    }
    function onError(error: unknown): void {
      settle();
      reject(machineFailure(error) ?? error);
    }
    function onExit(code: number): void {
      settle();
      reject(new WorldError(`a thread that decodes pictures ended unexpectedly (exit code ${code})`));
    }
    function settle(): void {
      for (const [event, listener] of Object.entries(listen)) thread.off(event, listener);
    }
  });
}
