/**
 * The two expected kinds of failure: the caller's and the world's. Every other error is a bug and keeps its stack
 * trace.
 */

/**
 * The caller's mistake: an option, a value or a call that is not allowed.
 * The message names the thing, what was given and what is allowed. The command line ends with exit code 2.
 */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
  readonly exitCode = 2;
}

/**
 * The world's failure: a disk, a data set, a damaged file.
 * The message names the path or the thing that was read, and says how to continue if there is a way. Exit code 1.
 */
export class WorldError extends Error {
  override readonly name: string = 'WorldError';
  readonly exitCode = 1;
}

/** Other words for a name, in lower case and without dashes and underscores: `{ lr: 'learningRate' }`. */
export type Synonyms = Readonly<Record<string, string>>;

/**
 * The entry of `choices` that `given` was probably meant to be, or undefined if no entry is near enough.
 * Case, dashes and underscores are ignored. In this order: the same letters, a synonym, the nearest by edit distance
 * (one mistake up to five letters, then one in three letters), the shortest entry that begins with `given`.
 * Distance: Damerau-Levenshtein with adjacent transpositions (optimal string alignment).
 */
export function nearest(given: string, choices: readonly string[], synonyms: Synonyms = {}): string | undefined {
  const letters = lettersOf(given);
  const meant = Object.hasOwn(synonyms, letters) ? lettersOf(synonyms[letters]!) : undefined;
  const same =
    choices.find((choice) => lettersOf(choice) === letters) ?? choices.find((choice) => lettersOf(choice) === meant);
  if (same !== undefined) return same;
  // In a name of two letters one mistake is half the name: `lr` is not `l2`.
  if (letters.length <= 2) return letters.length === 2 ? shortestFrom(letters, choices) : undefined;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(letters.length / 3)) + 1;
  for (const choice of choices) {
    const distance = editDistance(letters, lettersOf(choice));
    if (distance < bestDistance) {
      best = choice;
      bestDistance = distance;
    }
  }
  return best ?? shortestFrom(letters, choices);
}

function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[-_\s]/g, '');
}

function shortestFrom(beginning: string, choices: readonly string[]): string | undefined {
  const longer = choices.filter((choice) => lettersOf(choice).startsWith(beginning));
  return longer.reduce<string | undefined>(
    (best, choice) => (best === undefined || choice.length < best.length ? choice : best),
    undefined,
  );
}

/** `"adm" is not an optimizer: sgd, adam, ... Did you mean adam?` as a {@link UsageError}. */
export function unknownChoice(
  what: string,
  given: string,
  choices: readonly string[],
  synonyms: Synonyms = {},
): UsageError {
  const near = nearest(given, choices, synonyms);
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  return new UsageError(`unknown ${what} "${given}": allowed are ${choices.join(', ')}.${hint}`);
}

function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let distance = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, substitution);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, rows[i - 2]![j - 2]! + 1);
      }
      row.push(distance);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
