/**
 * The layout of a grid: which factor counts in which configuration, and which factors are nested in others. It is read
 * from the configurations alone, so it holds for every reason why two combinations are the same training.
 */

/** A combination of the factors' levels. */
export interface Cell {
  /** The level of each factor, by index. */
  readonly choice: readonly number[];
  /** Of the configuration. Combinations that are the same training have the same key. */
  readonly key: string;
}

export interface Layout {
  /** By key: the level of each factor, -1 where it does not count. */
  readonly levels: ReadonlyMap<string, readonly number[]>;
  /** By factor: the factors whose level decides whether it counts. */
  readonly parents: readonly ReadonlySet<number>[];
}

/**
 * A factor counts in a combination if another level of it, the others being equal, makes another configuration. It is
 * nested in another factor if a change of that one alone decides whether it counts.
 * @param cells all combinations of a grid.
 */
export function layoutOf(cells: readonly Cell[]): Layout {
  const factors = [...cells[0]!.choice.keys()];
  const lines = factors.map((factor) => linesAlong(factor, cells));
  const counting = lines.map(
    (own) => new Set(own.filter((line) => new Set(line.map(({ key }) => key)).size > 1).flat()),
  );
  const decides = (parent: number, factor: number) =>
    lines[parent]!.some((line) => new Set(line.map((cell) => counting[factor]!.has(cell))).size > 1);
  const levels = new Map<string, number[]>();
  for (const cell of cells) {
    const own = cell.choice.map((level, factor) => (counting[factor]!.has(cell) ? level : -1));
    const known = levels.get(cell.key) ?? own;
    levels.set(
      cell.key,
      known.map((level, factor) => (own[factor] === -1 ? -1 : level)),
    );
  }
  return {
    levels,
    parents: factors.map((factor) => new Set(factors.filter((other) => other !== factor && decides(other, factor)))),
  };
}

/** The combinations in groups that differ in one factor only. */
function linesAlong(factor: number, cells: readonly Cell[]): Cell[][] {
  const lines = new Map<string, Cell[]>();
  for (const cell of cells) {
    const others = cell.choice.filter((_, other) => other !== factor).join();
    const line = lines.get(others);
    if (line) line.push(cell);
    else lines.set(others, [cell]);
  }
  return [...lines.values()];
}

export interface Term {
  /** With those that they are nested in, ascending. */
  readonly factors: readonly number[];
  /** The factors whose effect the term is. */
  readonly own: readonly number[];
}

/**
 * Every factor and every pair, each with the factors that it is nested in. Of terms with the same factors one is kept:
 * a factor's own effect goes before that of a pair. Two factors that are nested in each other cannot be told apart and
 * are one term.
 */
export function termsOf(factors: readonly number[], parents: Layout['parents']): Term[] {
  const terms = new Map<string, Term>();
  const singles = factors.map((factor) => [factor]);
  const pairs = factors.flatMap((a, i) => factors.slice(i + 1).map((b) => [a, b]));
  for (const own of [...singles, ...pairs]) {
    const all = withParents(own, parents).filter((factor) => factors.includes(factor));
    const known = terms.get(all.join());
    if (!known) terms.set(all.join(), { factors: all, own });
    else if (own.length === 1) terms.set(all.join(), { factors: all, own: [...known.own, ...own] });
  }
  return [...terms.values()];
}

/** The factors and all that decide whether they count, ascending. */
function withParents(factors: readonly number[], parents: Layout['parents']): number[] {
  const all = new Set(factors);
  for (const factor of all) for (const parent of parents[factor]!) all.add(parent);
  return [...all].sort((a, b) => a - b);
}
