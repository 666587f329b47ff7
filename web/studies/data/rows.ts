/** Rows that are put in place by their number, so that a row that comes twice does no harm. */

/** @param list rows in the order of their numbers. @returns a new list in which the given rows replace those before. */
export function upsert<Row>(
  list: readonly Row[],
  rows: readonly Row[],
  numberOf: (row: Row) => number,
): readonly Row[] {
  if (rows.length === 0) return list;
  const next = [...list];
  for (const row of rows) {
    const at = placeOf(next, numberOf(row), numberOf);
    if (at < next.length && numberOf(next[at]!) === numberOf(row)) next[at] = row;
    else next.splice(at, 0, row);
  }
  return next;
}

/** The index of the first row whose number is at least `number`. */
function placeOf<Row>(list: readonly Row[], number: number, numberOf: (row: Row) => number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numberOf(list[middle]!) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
