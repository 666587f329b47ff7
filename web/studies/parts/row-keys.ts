/** Arrow keys in a table of many rows: one row alone is a stop of the Tab key, so that a user gets past ten thousand of them. */
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface RowKeysOptions {
  /** The table's window, which scrolls. */
  readonly host: RefObject<HTMLElement | null>;
  /** The names of all rows, in their order; rows of the page have them as `data-row`. */
  readonly names: readonly number[];
  /** In pixels. */
  readonly rowHeight: number;
}

export interface RowKeys {
  /** The tabIndex of what can be pressed in a row. @param first the first row in the page: the stop where no other is. */
  tabIndexOf(name: number, first: number | undefined): 0 | -1;
  /** The row will move or go away: the focus goes with it, or to its neighbour. */
  keepFocus(name: number): void;
  onKeyDown(event: KeyboardEvent): void;
  onFocusIn(event: FocusEvent): void;
}

const pressable = 'button, a';

export function useRowKeys({ host, names, rowHeight }: RowKeysOptions): RowKeys {
  const [active, setActive] = useState<number>();
  /** What gets the focus as soon as it is in the page: the first of these rows, and which of its parts. */
  const wanted = useRef<{ readonly rows: readonly number[]; readonly part: number }>(undefined);
  const rowNamed = (name: number) => host.current?.querySelector<HTMLElement>(`[data-row="${name}"]`) ?? undefined;
  const partOf = (row: HTMLElement) => [...row.querySelectorAll(pressable)].indexOf(document.activeElement!);
  const focusWanted = () => {
    const { rows, part } = wanted.current ?? { rows: [], part: 0 };
    const row = rows.map(rowNamed).find((found) => found !== undefined);
    if (!row) return;
    wanted.current = undefined;
    row.querySelectorAll<HTMLElement>(pressable)[part]?.focus();
  };
  useLayoutEffect(focusWanted);
  return {
    tabIndexOf(name, first) {
      const stop = active !== undefined && rowNamed(active) ? active : first;
      return name === stop ? 0 : -1;
    },
    keepFocus(name) {
      const row = rowNamed(name);
      const index = names.indexOf(name);
      const near = [name, names[index + 1], names[index - 1]].filter((each) => each !== undefined);
      if (row?.contains(document.activeElement)) wanted.current = { rows: near, part: partOf(row) };
    },
    onFocusIn(event) {
      const row = rowOf(event);
      if (row) setActive(Number(row.dataset.row));
    },
    onKeyDown(event) {
      const row = rowOf(event);
      const element = host.current;
      if (!row || !element || event.altKey || event.ctrlKey || event.metaKey) return;
      const index = names.indexOf(Number(row.dataset.row));
      const next = { ArrowUp: index - 1, ArrowDown: index + 1, Home: 0, End: names.length - 1 }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      const place = Math.min(names.length - 1, Math.max(0, next));
      wanted.current = { rows: [names[place]!], part: partOf(row) };
      bringIntoView(element, place * rowHeight, rowHeight);
      // At once where the row is in the page: the next key may follow soon.
      focusWanted();
    },
  };
}

function rowOf({ target }: Event): HTMLElement | undefined {
  return (target instanceof Element && target.closest<HTMLElement>('[data-row]')) || undefined;
}

/** Scrolls no farther than needed. The head of the table covers the first row of the window. @param top of the row, without the head. */
function bringIntoView(element: HTMLElement, top: number, rowHeight: number): void {
  const room = element.clientHeight - 2 * rowHeight;
  if (top < element.scrollTop) element.scrollTop = top;
  else if (top > element.scrollTop + room) element.scrollTop = top - room;
}
