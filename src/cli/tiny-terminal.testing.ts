/**
 * For tests: a terminal that understands what live lines write, and that wraps its text anew when it is resized, or
 * cuts it.
 */
import type { LiveScreen } from './live-lines.ts';

interface Row {
  text: string;
  /** The text continues in the next row. */
  wraps: boolean;
}

export class TinyTerminal implements LiveScreen {
  readonly isTTY = true;
  columns: number;
  readonly rows = 24;
  readonly #reflows: boolean;
  #screen: Row[] = [{ text: '', wraps: false }];
  #row = 0;
  #column = 0;
  #wrapping = true;
  readonly #listeners = new Set<() => void>();

  /**
   * @param reflows wraps lines anew at another width, as VTE, kitty and tmux do; otherwise cuts them, as xterm does.
   */
  constructor(columns: number, reflows: boolean) {
    this.columns = columns;
    this.#reflows = reflows;
  }

  /** What is on the screen, without the empty rows at the end. */
  get text(): string {
    return this.#screen
      .map(({ text, wraps }) => (wraps ? text : `${text.trimEnd()}\n`))
      .join('')
      .trimEnd();
  }

  on(_: 'resize', listener: () => void): void {
    this.#listeners.add(listener);
  }

  off(_: 'resize', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  write(data: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one.
    for (const [piece, sequence, character] of data.matchAll(/(\x1b\[\??\d*[A-Za-z])|([\s\S])/gu)) {
      if (sequence !== undefined) this.#obey(piece);
      else if (character === '\r') this.#column = 0;
      else if (character === '\n') this.#newLine(false);
      else this.#put(character!);
    }
  }

  resize(columns: number): void {
    if (this.#reflows) this.#reflow(columns);
    else {
      for (const row of this.#screen) row.text = row.text.slice(0, columns);
      this.#column = Math.min(this.#column, columns - 1);
    }
    this.columns = columns;
    for (const listener of this.#listeners) listener();
  }

  #obey(sequence: string): void {
    if (sequence === '\x1b[J') {
      this.#screen.length = this.#row + 1;
      const here = this.#screen[this.#row]!;
      here.text = here.text.slice(0, this.#column);
      here.wraps = false;
    } else if (sequence === '\x1b[?7l') this.#wrapping = false;
    else if (sequence === '\x1b[?7h') this.#wrapping = true;
    else if (sequence.endsWith('A')) this.#row = Math.max(0, this.#row - Number(sequence.slice(2, -1)));
    else throw new Error(`the tiny terminal does not know ${JSON.stringify(sequence)}`);
  }

  #put(character: string): void {
    if (this.#column === this.columns) {
      if (this.#wrapping) this.#newLine(true);
      else this.#column--;
    }
    const row = this.#screen[this.#row]!;
    const text = row.text.padEnd(this.#column);
    row.text = text.slice(0, this.#column) + character + text.slice(this.#column + 1);
    this.#column++;
  }

  #newLine(wraps: boolean): void {
    this.#screen[this.#row]!.wraps = wraps;
    this.#row++;
    this.#column = 0;
    if (this.#row === this.#screen.length) this.#screen.push({ text: '', wraps: false });
  }

  /** The cursor stays on its character. */
  #reflow(columns: number): void {
    const rows: Row[] = [];
    let [line, cursor] = ['', -1];
    for (const [index, { text, wraps }] of this.#screen.entries()) {
      if (index === this.#row) cursor = line.length + this.#column;
      line += text;
      if (wraps) continue;
      const first = rows.length;
      for (let at = 0; at === 0 || at < line.length; at += columns) {
        rows.push({ text: line.slice(at, at + columns), wraps: at + columns < line.length });
      }
      if (cursor >= 0) {
        this.#row = first + Math.min(Math.floor(cursor / columns), rows.length - first - 1);
        this.#column = Math.min(cursor % columns, columns - 1);
      }
      [line, cursor] = ['', -1];
    }
    this.#screen = rows;
  }
}
