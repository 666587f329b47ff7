/**
 * Progress bars: lines at the bottom of a terminal that are redrawn in place.
 *
 * The cursor rests on the first character of the first line, so one escape sequence removes the lines: "erase from the
 * cursor to the end of the screen". This also holds after a resize: a narrower terminal may wrap or cut the lines
 * (terminals differ), but the cursor stays at its character. Libraries whose cursor rests below the lines must guess
 * how many rows to move up; after a resize they leave old bars behind or erase the text above.
 */
import widthOf from 'string-width';
import { canRedraw, columnsOf, type Screen } from './terminal.ts';

export interface LiveScreen extends Screen {
  write(text: string): unknown;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

const eraseBelow = '\x1b[J';
/** Without wrapping, a line that is too long (a wide character, an old width) stays in one row. */
const [noWrap, wrap] = ['\x1b[?7l', '\x1b[?7h'];
const up = (rows: number) => (rows > 0 ? `\x1b[${rows}A` : '');

/** The shortest time between two redraws. */
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

  /** Shows these lines. A call soon after another one does not draw; the next call does. */
  show(draw: DrawLines): void {
    if (!this.#enabled) return;
    if (!this.#draw) this.#screen.on('resize', this.#redraw);
    this.#draw = draw;
    if (this.#now() - this.#drawn >= framesMs) this.#redraw();
  }

  /** Removes the lines from the screen. */
  clear(): void {
    if (!this.#draw) return;
    this.#draw = undefined;
    this.#drawn = Number.NEGATIVE_INFINITY;
    this.#screen.off('resize', this.#redraw);
    this.#screen.write(eraseBelow);
  }

  /** Prints above the lines. @param print writes whole lines to any stream of this terminal. */
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
    // The last row of the terminal stays free. If the lines do not fit, the first ones are left out.
    const rows = Math.max(1, (this.#screen.rows || 24) - 1);
    const lines = this.#draw(columns).slice(-rows);
    const text = lines.map((line) => cut(line, columns - 1)).join('\n');
    this.#screen.write(`\r${eraseBelow}${noWrap}${text}${wrap}\r${up(lines.length - 1)}`);
  };
}

/** The text, cut to `room` columns; the last character is an ellipsis where something was cut. */
export function cut(text: string, room: number): string {
  if (widthOf(text) <= room) return text;
  let start = '';
  for (const character of text) {
    if (widthOf(start + character) > room - 1) break;
    start += character;
  }
  return `${start}…`;
}

/** A bar such as `██████░░░░`. @param share the filled part, 0 to 1. */
export function bar(share: number, columns: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * columns);
  return '█'.repeat(full) + '░'.repeat(columns - full);
}
