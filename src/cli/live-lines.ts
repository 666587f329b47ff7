/**
 * A few lines at the bottom of a terminal that are drawn over: progress bars.
 *
 * The cursor rests on the first character of the first line. So taking the lines away is one sequence, "erase from the cursor to
 * the end of the screen", whatever happened in between: a terminal that was made narrower may have wrapped the lines anew or cut them
 * (terminals differ), but keeps the cursor where it was in the text. Libraries that rest below their lines must guess how many rows
 * to go up, and leave dead bars behind or erase what was printed above.
 */
import { canRedraw, columnsOf, type Screen } from './terminal.ts';

export interface LiveScreen extends Screen {
  write(text: string): unknown;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

const eraseBelow = '\x1b[J';
/** Without wrapping a line that is too long (a wide character, a stale width) stays one row. */
const [noWrap, wrap] = ['\x1b[?7l', '\x1b[?7h'];
const up = (rows: number) => (rows > 0 ? `\x1b[${rows}A` : '');

/** Drawn this often at most. */
const framesMs = 70;

/** The lines for a terminal of this many columns. */
export type DrawLines = (columns: number) => readonly string[];

export class LiveLines {
  readonly #screen: LiveScreen;
  readonly #enabled: boolean;
  readonly #now: () => number;
  #draw: DrawLines | undefined;
  #drawn = Number.NEGATIVE_INFINITY;

  constructor(
    screen: LiveScreen = process.stderr,
    { enabled = canRedraw(screen), now = () => performance.now() }: { enabled?: boolean; now?: () => number } = {},
  ) {
    this.#screen = screen;
    this.#enabled = enabled;
    this.#now = now;
  }

  /** Shows these lines from now on; they may be drawn a little later, with what a later call asks for. */
  show(draw: DrawLines): void {
    if (!this.#enabled) return;
    if (!this.#draw) this.#screen.on('resize', this.#redraw);
    this.#draw = draw;
    if (this.#now() - this.#drawn >= framesMs) this.#redraw();
  }

  /** Takes the lines off the screen. */
  clear(): void {
    if (!this.#draw) return;
    this.#draw = undefined;
    this.#drawn = Number.NEGATIVE_INFINITY;
    this.#screen.off('resize', this.#redraw);
    this.#screen.write(eraseBelow);
  }

  /** Prints above the lines: `print` writes whole lines, to any stream of this terminal. */
  above(print: () => void): void {
    const draw = this.#draw;
    this.clear();
    print();
    if (draw) this.show(draw);
  }

  readonly #redraw = (): void => {
    if (!this.#draw) return;
    this.#drawn = this.#now();
    const columns = columnsOf(this.#screen);
    // One row stays for the shell's habit of keeping the last line free; what does not fit is left out, the first lines first.
    const rows = Math.max(1, (this.#screen.rows || 24) - 1);
    const lines = this.#draw(columns).slice(-rows);
    const text = lines.map((line) => cut(line, columns - 1)).join('\n');
    this.#screen.write(`\r${eraseBelow}${noWrap}${text}${wrap}\r${up(lines.length - 1)}`);
  };
}

/** The first `room` characters, the last of them an ellipsis where something is missing. */
export function cut(text: string, room: number): string {
  const characters = [...text];
  return characters.length > room ? `${characters.slice(0, Math.max(0, room - 1)).join('')}…` : text;
}

/** `██████░░░░` in so many columns. @param share 0 to 1. */
export function bar(share: number, columns: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * columns);
  return '█'.repeat(full) + '░'.repeat(columns - full);
}
