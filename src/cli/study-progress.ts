/**
 * The progress bars of `lenet study run` on standard error: one for each running trial and one for the study. Shown
 * only on a terminal.
 */
import widthOf from 'string-width';
import { duration } from '../base/format.ts';
import { visible, visibleLines } from '../base/plain-text.ts';
import { bar, cut, LiveLines } from './live-lines.ts';

interface RunningBar {
  readonly label: string;
  readonly share: number;
  readonly score: number | undefined;
  /** The share at the trial's first message: what an earlier process had done. */
  readonly from: number | undefined;
  /** Whether it waits for a worker, until the first message. Waiting trials have no bar. */
  readonly isWaiting: boolean;
}

export class StudyBars {
  readonly #lines: LiveLines;
  readonly #trials = new Map<number, RunningBar>();
  readonly #started = performance.now();
  #doneBefore = 0;
  #done = 0;
  #expected = 1;
  #stillIn: readonly string[] = [];

  constructor(lines = new LiveLines()) {
    this.#lines = lines;
  }

  /** @param done trials that had ended before this process started. @param expected all trials of the study. */
  begin(done: number, expected: number): void {
    this.#doneBefore = done;
    this.#done = done;
    this.#expected = expected;
  }

  /** @param isWaiting whether the trial waits for a worker of a fleet. */
  start(number: number, label: string, { isWaiting = false }: { readonly isWaiting?: boolean } = {}): void {
    this.#trials.set(number, { label, share: 0, score: undefined, from: undefined, isWaiting });
    this.#show();
  }

  /** @param share the part of the trial that is done, 0 to 1. */
  show(number: number, share: number, score?: number): void {
    const trial = this.#trials.get(number);
    if (!trial) return;
    const { score: before, from = share } = trial;
    this.#trials.set(number, { ...trial, share, score: score ?? before, from, isWaiting: false });
    this.#show();
  }

  end(number: number, done: number, expected: number): void {
    this.#done = done;
    this.#expected = expected;
    this.#trials.delete(number);
    if (this.#trials.size > 0) this.#show();
    else this.#lines.clear();
  }

  /** Sets the names of the levels that are still in the stage, for a stage with a seed rule. */
  stillIn(names: readonly string[]): void {
    this.#stillIn = names;
  }

  /** Prints lines on standard output, above the bars. */
  say(text: string): void {
    this.#lines.above(() => process.stdout.write(`${visibleLines(text)}\n`));
  }

  /** Removes the bars from the screen. */
  clear(): void {
    this.#lines.clear();
  }

  #show(): void {
    this.#lines.show((columns) => this.#text(columns));
  }

  #text(columns: number): string[] {
    const barColumns = columns >= 70 ? 20 : columns >= 40 ? 5 : 0;
    const line = (share: number, beside: (room: number) => string) => {
      const start = `${barColumns > 0 ? `${bar(share, barColumns)} ` : ''}${`${Math.floor(share * 100)}%`.padStart(4)} `;
      return `${start}${beside(columns - 1 - widthOf(start))}`;
    };
    const shown = [...this.#trials.values()].filter(({ isWaiting }) => !isWaiting);
    const trials = shown.map(({ label, share, score }) => {
      const text = score === undefined ? label : `${label}  ${Number(score.toPrecision(4))}`;
      return line(share, (room) => cut(text, room));
    });
    const { share, eta } = this.#whole();
    const state = { done: this.#done, expected: this.#expected, eta, stillIn: this.#stillIn };
    return [...trials, line(share, (room) => wholeText(state, room))];
  }

  #whole(): { share: number; eta: string | undefined } {
    const trials = [...this.#trials.values()];
    const running = trials.reduce((sum, { share }) => sum + share, 0);
    const before = trials.reduce((sum, { from = 0 }) => sum + from, 0);
    const gained = this.#done - this.#doneBefore + running - before;
    const seconds = (performance.now() - this.#started) / 1000;
    const left = (seconds * (this.#expected - this.#done - running)) / gained;
    const eta = gained > 0.2 && Number.isFinite(left) ? `${duration(Math.max(0, left))} left` : undefined;
    return { share: Math.min(1, (this.#done + running) / this.#expected), eta };
  }
}

export interface WholeState {
  readonly done: number;
  readonly expected: number;
  /** `3 min left`, if that is known. */
  readonly eta: string | undefined;
  /** Names of the levels that are still in the stage, for a stage with a seed rule. */
  readonly stillIn: readonly string[];
}

/**
 * The line of the study's bar in at most `room` characters. Where the room is too small, shorter words are used first,
 * then the time is left out, then the last names are replaced by their number.
 */
export function wholeText({ done, expected, eta, stillIn }: WholeState, room: number): string {
  const time = eta === undefined ? '' : `, ${eta}`;
  const stayed = stillIn.map(visible);
  const names = stayed.join(', ');
  const long = `study: ${done} of ${expected} trials${time}`;
  if (stayed.length === 0) return cut(long, room);
  const counted = stayed
    .map((_, left) => `${stayed.slice(0, stayed.length - left).join(', ')}${left > 0 ? ` and ${left} more` : ''}`)
    .map((some) => `in: ${some}; ${done}/${expected}`);
  const forms = [`${long}, still in: ${names}`, `in: ${names}; ${done}/${expected}${time}`, ...counted];
  return forms.find((form) => widthOf(form) <= room) ?? cut(counted.at(-1)!, room);
}
