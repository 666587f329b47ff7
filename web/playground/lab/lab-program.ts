/** The program of the lab, a worker: loads the data, trains one network or two settings in turn, and answers questions. */
import { keptMemory } from '../../../src/engine/kept-memory.ts';
import { webThreads } from '../../../src/runner/web-threads.ts';
import { contestDefinition, runContest } from './contest.ts';
import { contestTask } from './contest-task.ts';
import { HeldOutDigits } from './held-out.ts';
import { isMnist, loadMnistParts, type Mnist } from './mnist.ts';
import { nearestImages } from './nearest.ts';
import type { Order, Report } from './protocol.ts';
import { Training } from './training.ts';
import { warmUp } from './warm-up.ts';

/** More threads do not pay: a batch of 32 has two chunks. */
const mostThreads = 4;

const engine = {
  threads: webThreads(Math.min(mostThreads, globalThis.navigator.hardwareConcurrency)),
  memory: keptMemory(),
};
/** @param transfer what the page gets instead of a copy. */
const report = (message: Report, transfer: Transferable[] = []) => globalThis.postMessage(message, { transfer });

const loaded = load();
/** What is at work now: one thing at a time. */
let work: { stop(): void; readonly ended: Promise<void> } | undefined;
let training: Training | undefined;
/** The digits of a contest that runs; the training digits are in another order then. */
let held: HeldOutDigits | undefined;

async function load(): Promise<Mnist> {
  const data = await loadMnistParts(new URL(/* @vite-ignore */ '../data/', import.meta.url).href, {
    onBytes: (done, total) => report({ type: 'loading', done, total }),
    onTest(test) {
      const images = test.images.slice();
      report({ type: 'test digits', digits: { images, labels: test.labels } }, [images.buffer]);
    },
  });
  report({ type: 'ready', threads: engine.threads.count, isProven: await isMnist(data) });
  return data;
}

loaded.catch((error: unknown) => fail('data', error));

function fail(what: 'data' | 'work', error: unknown): void {
  report({ type: 'failed', what, message: error instanceof Error ? error.message : String(error) });
}

/** Ends what is at work, then begins the next. */
async function begin(next: (data: Mnist) => { stop(): void; run(): Promise<void> }): Promise<void> {
  const data = await loaded;
  work?.stop();
  await work?.ended;
  const { stop, run } = next(data);
  work = { stop, ended: run().catch((error: unknown) => fail('work', error)) };
}

/** Orders are obeyed one after the other; before the first, the lab warms up. */
let queue: Promise<unknown> = loaded
  .then(() => begin((data) => trainingWork(warmUp({ data, ...engine }))))
  .catch(() => {});

function trainingWork(training: Training) {
  return { stop: () => training.stop(), run: () => training.run() };
}

async function obey(order: Order): Promise<void> {
  switch (order.type) {
    case 'train':
      return begin((data) => {
        const started = new Training(order.settings, { data, ...engine, report }, order.batches);
        training = started;
        return trainingWork(started);
      });
    case 'contest':
      return begin((data) => {
        training = undefined;
        const stopper = new AbortController();
        const definition = contestDefinition(order.settings, order.seeds);
        const digits = new HeldOutDigits(data.train);
        return {
          stop: () => stopper.abort(),
          async run() {
            held = digits;
            try {
              for await (const view of runContest(definition, contestTask(digits, engine), stopper.signal)) {
                report({ type: 'contest', view });
              }
            } finally {
              digits.giveBack();
              held = undefined;
            }
            report({ type: 'contest ended' });
          },
        };
      });
    case 'look':
      return training?.look();
    case 'hold':
      return training?.hold();
    case 'go':
      return training?.go(order.batches);
    case 'stop':
      work?.stop();
      await work?.ended;
      return;
    case 'nearest': {
      const { train } = await loaded;
      const { images } = train;
      const found = nearestImages(order.image, { images, labels: train.labels }, order.count);
      const neighbours = found.map((place) => ({
        index: held?.numberOf(place) ?? place,
        label: train.labels[place]!,
        image: images.slice(place * order.image.length, (place + 1) * order.image.length),
      }));
      return report({ type: 'nearest', id: order.id, neighbours });
    }
  }
}

globalThis.addEventListener('message', ({ data }: MessageEvent<Order>) => {
  queue = queue.then(() => obey(data)).catch((error: unknown) => fail('work', error));
});
