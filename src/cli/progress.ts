/** A progress bar for one epoch on standard error, where that is a terminal; nothing elsewhere. */
import { type SingleBar as Bar, default as cliProgress } from 'cli-progress';
import { counted } from '../base/format.ts';
import type { Progress } from '../train/fit.ts';

export class EpochBar {
  readonly #trainImages: number;
  readonly #batchSize: number;
  #bar: Bar | undefined;
  #phase = '';
  #started = 0;
  #first = 0;

  constructor(trainImages: number, batchSize: number) {
    this.#trainImages = trainImages;
    this.#batchSize = batchSize;
  }

  show({ epoch, phase, done, total }: Progress): void {
    if (!process.stderr.isTTY) return;
    const key = `${epoch} ${phase}`;
    const images = phase === 'train' ? Math.min(done * this.#batchSize, this.#trainImages) : done;
    if (key !== this.#phase) {
      this.clear();
      this.#phase = key;
      this.#started = performance.now();
      this.#first = images;
      this.#bar = new cliProgress.SingleBar(layout(epoch, phase, process.stderr.columns ?? 80));
      this.#bar.start(total, done, { rate: '' });
    }
    const seconds = (performance.now() - this.#started) / 1000;
    const rate = images > this.#first ? `${counted((images - this.#first) / seconds)} images/s` : '';
    this.#bar?.update(done, { rate });
  }

  /** Takes the bar off the screen, so that a line may be printed. */
  clear(): void {
    this.#bar?.stop();
    this.#bar = undefined;
    this.#phase = '';
  }
}

function layout(epoch: number, phase: Progress['phase'], columns: number) {
  const what = phase === 'train' ? `Epoch ${epoch}` : `Epoch ${epoch}, testing`;
  const unit = phase === 'train' ? ' batches' : ' images';
  const wide = columns >= 80;
  return {
    format: wide
      ? `${what} {bar} {percentage}% | {value}/{total}${unit} | ETA {eta}s | {rate}`
      : `${what} {bar} {percentage}% {eta}s`,
    barsize: Math.max(5, Math.min(30, columns - (wide ? 72 : 32))),
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    etaBuffer: 20,
    fps: 15,
    gracefulExit: false,
  };
}
