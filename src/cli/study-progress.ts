/** Live bars of a study on standard error, where that is a terminal: one a trial, one for the whole. */
import { type SingleBar as Bar, default as cliProgress, type MultiBar } from 'cli-progress';
import { duration } from '../base/format.ts';
import { visible, visibleLines } from '../base/plain-text.ts';

const steps = 1000;

export class StudyBars {
  #bars: MultiBar | undefined;
  #whole: Bar | undefined;
  readonly #trials = new Map<number, { bar: Bar; label: string; share: number; from: number }>();
  readonly #started = performance.now();
  #doneBefore = 0;
  #done = 0;
  #expected = 1;
  #stillIn: readonly string[] = [];

  /** @param done trials that had ended before this process began. */
  begin(done: number, expected: number): void {
    this.#doneBefore = done;
    this.#done = done;
    this.#expected = expected;
  }

  start(number: number, label: string): void {
    if (!process.stderr.isTTY) return;
    const wide = (process.stderr.columns ?? 80) >= 70;
    if (!this.#bars) {
      this.#bars = new cliProgress.MultiBar({
        format: wide ? '{bar} {percentage}% {what}' : '{percentage}% {what}',
        barsize: wide ? 20 : 5,
        ...{ barCompleteChar: '█', barIncompleteChar: '░', hideCursor: true, clearOnComplete: true },
        ...{ stopOnComplete: false, fps: 8, gracefulExit: false, forceRedraw: true },
      });
      this.#whole = this.#bars.create(steps, 0, { what: 'study' });
    }
    const bar = this.#bars.create(steps, 0, { what: this.#fitted(label) });
    this.#trials.set(number, { bar, label, share: 0, from: -1 });
  }

  show(number: number, share: number, score?: number): void {
    const trial = this.#trials.get(number);
    if (!trial) return;
    if (trial.from < 0) trial.from = share;
    trial.share = share;
    const seen = score === undefined ? {} : { what: this.#fitted(`${trial.label}  ${Number(score.toPrecision(4))}`) };
    trial.bar.update(Math.round(share * steps), seen);
    this.#showWhole();
  }

  end(number: number, done: number, expected: number): void {
    this.#done = done;
    this.#expected = expected;
    const trial = this.#trials.get(number);
    this.#trials.delete(number);
    if (!trial || !this.#bars) return;
    this.#bars.remove(trial.bar);
    this.#showWhole();
  }

  /** Names of the levels that have not left, for stages with a seed rule. */
  stillIn(names: readonly string[]): void {
    this.#stillIn = names;
    this.#showWhole();
  }

  /** Prints lines above the bars. */
  say(text: string): void {
    this.clear();
    process.stdout.write(`${visibleLines(text)}\n`);
    this.#resume();
  }

  /** Takes the bars off the screen. */
  clear(): void {
    if (!this.#bars) return;
    this.#bars.stop();
    this.#bars = undefined;
    this.#whole = undefined;
    const running = [...this.#trials];
    this.#trials.clear();
    for (const [number, { label, share, from }] of running) {
      this.#waiting.set(number, { label, share, from });
    }
  }

  readonly #waiting = new Map<number, { label: string; share: number; from: number }>();

  /** Puts the bars of running trials back on the screen. */
  #resume(): void {
    for (const [number, { label, share, from }] of this.#waiting) {
      this.start(number, label);
      const trial = this.#trials.get(number);
      if (trial) trial.from = from;
      if (share > 0) this.show(number, share);
    }
    this.#waiting.clear();
  }

  #showWhole(): void {
    const running = [...this.#trials.values()].reduce((sum, { share }) => sum + share, 0);
    const before = [...this.#trials.values()].reduce((sum, { from }) => sum + Math.max(0, from), 0);
    const share = Math.min(1, (this.#done + running) / this.#expected);
    const gained = this.#done - this.#doneBefore + running - before;
    const seconds = (performance.now() - this.#started) / 1000;
    const left = (seconds * (this.#expected - this.#done - running)) / gained;
    const eta = gained > 0.2 && Number.isFinite(left) ? `${duration(Math.max(0, left))} left` : undefined;
    const state = { done: this.#done, expected: this.#expected, eta, stillIn: this.#stillIn };
    this.#whole?.update(Math.round(share * steps), { what: wholeText(state, roomBesideBar()) });
  }

  #fitted(text: string): string {
    return cutTo(text, roomBesideBar());
  }
}

/** Characters beside a bar. A line that wraps leaves rubbish behind. */
function roomBesideBar(): number {
  const columns = process.stderr.columns ?? 80;
  return columns >= 70 ? columns - 28 : columns - 7;
}

function cutTo(text: string, room: number): string {
  const letters = [...visible(text)];
  return letters.length > room ? `${letters.slice(0, Math.max(0, room - 1)).join('')}…` : letters.join('');
}

export interface WholeState {
  readonly done: number;
  readonly expected: number;
  /** `3 min left`, if that is known. */
  readonly eta: string | undefined;
  /** Names of the levels that have not left, for stages with a seed rule. */
  readonly stillIn: readonly string[];
}

/**
 * The line of the whole study in `room` characters. Where it is too long, its words are shortened first, then the time goes, then the
 * last names are counted.
 */
export function wholeText({ done, expected, eta, stillIn }: WholeState, room: number): string {
  const time = eta === undefined ? '' : `, ${eta}`;
  const stayed = stillIn.map(visible);
  const names = stayed.join(', ');
  const long = `study: ${done} of ${expected} trials${time}`;
  if (stayed.length === 0) return cutTo(long, room);
  const counted = stayed
    .map((_, left) => `${stayed.slice(0, stayed.length - left).join(', ')}${left > 0 ? ` and ${left} more` : ''}`)
    .map((some) => `in: ${some}; ${done}/${expected}`);
  const forms = [`${long}, still in: ${names}`, `in: ${names}; ${done}/${expected}${time}`, ...counted];
  return forms.find((form) => form.length <= room) ?? cutTo(counted.at(-1)!, room);
}
