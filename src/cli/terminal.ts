/** What standard output and standard error are: terminals of some width, terminals without a movable cursor, or neither. */

const usualColumns = 80;

/** A stream as far as its width and abilities count. */
export interface Screen {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** Columns of the terminal; a generous page where output goes elsewhere. */
export function terminalWidth(stdout: Screen = process.stdout): number {
  return stdout.isTTY ? columnsOf(stdout) : 100;
}

/** Columns of a terminal. One that does not tell its size says 0. */
export function columnsOf({ columns }: Screen): number {
  return columns || usualColumns;
}

/**
 * Whether lines can be drawn over: on a terminal that moves its cursor (TERM=dumb does not), but not under CI, whose logs keep every
 * redrawn line. NO_COLOR changes nothing, since nothing is coloured.
 */
export function canRedraw(
  stderr: Screen = process.stderr,
  { TERM, CI }: { readonly TERM?: string; readonly CI?: string } = process.env,
): boolean {
  const inCi = CI !== undefined && CI !== '' && CI !== 'false' && CI !== '0';
  return stderr.isTTY === true && TERM !== 'dumb' && !inCi;
}
