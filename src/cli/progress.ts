/** The progress bar of `lenet train` on standard error: one epoch. Shown only on a terminal. */
import { counted, duration } from '../base/format.ts';
import type { Progress } from '../train/fit.ts';
import { bar, LiveLines } from './live-lines.ts';

export class EpochBar {
  readonly #trainImages: number;
  readonly #batchSize: number;
  readonly #lines: LiveLines;
  #phase = '';
  #started = 0;
  #first = 0;

  constructor(trainImages: number, batchSize: number, lines = new LiveLines()) {
    this.#trainImages = trainImages;
    this.#batchSize = batchSize;
    this.#lines = lines;
  }

  show({ epoch, phase, done, total }: Progress): void {
    const key = `${epoch} ${phase}`;
    const images = phase === 'train' ? Math.min(done * this.#batchSize, this.#trainImages) : done;
    if (key !== this.#phase) {
      this.#phase = key;
      this.#started = performance.now();
      this.#first = images;
    }
    const seconds = (performance.now() - this.#started) / 1000;
    const rate = images > this.#first && seconds > 0 ? (images - this.#first) / seconds : undefined;
    const left = phase === 'train' ? this.#trainImages - images : total - done;
    this.#lines.show((columns) => [epochLine({ epoch, phase, done, total, rate, left }, columns)]);
  }

  /** Removes the bar from the screen, so that a line can be printed. */
  clear(): void {
    this.#lines.clear();
    this.#phase = '';
  }
}

export interface EpochState extends Omit<Progress, 'losses'> {
  /** Images per second; undefined before the first ones are done. */
  readonly rate: number | undefined;
  /** Images still to come. */
  readonly left: number;
}

/** The longest form of the bar that is shorter than `columns`. */
export function epochLine({ epoch, phase, done, total, rate, left }: EpochState, columns: number): string {
  const what = phase === 'train' ? `Epoch ${epoch}` : `Epoch ${epoch}, testing`;
  const share = total > 0 ? done / total : 1;
  const percent = `${Math.floor(share * 100)}%`;
  const counts = ` | ${done}/${total} ${phase === 'train' ? 'batches' : 'images'}`;
  const time = rate === undefined ? '' : ` | ${duration(left / rate)} left`;
  const speed = rate === undefined ? '' : ` | ${counted(rate)} images/s`;
  const forms = [
    `${what} ${bar(share, 25)} ${percent}${counts}${time}${speed}`,
    `${what} ${bar(share, 25)} ${percent}${counts}${time}`,
    `${what} ${bar(share, 20)} ${percent}${time}`,
    `${what} ${bar(share, 10)} ${percent}${time}`,
    `${what} ${percent}`,
  ];
  return forms.find((form) => form.length < columns) ?? `${epoch}: ${percent}`;
}
