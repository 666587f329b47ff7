/** The terminal behind a stream: its width, and whether its lines can be redrawn. */

const usualColumns = 80;

/** The properties of a stream that tell about its terminal. */
export interface Screen {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** Columns of the terminal; 100 where the output goes to a file or pipe. */
export function terminalWidth(stdout: Screen = process.stdout): number {
  return stdout.isTTY ? columnsOf(stdout) : 100;
}

/** Columns of a terminal; 80 where the terminal does not report its size (it then says 0). */
export function columnsOf({ columns }: Screen): number {
  return columns || usualColumns;
}

/**
 * Whether lines can be redrawn: on a terminal that can move its cursor (TERM=dumb cannot), but not under CI, whose logs
 * keep every redrawn line. NO_COLOR has no effect here, since the lines have no colours.
 */
export function canRedraw(
  stderr: Screen = process.stderr,
  { TERM, CI }: { readonly TERM?: string; readonly CI?: string } = process.env,
): boolean {
  const inCi = CI !== undefined && CI !== '' && CI !== 'false' && CI !== '0';
  return stderr.isTTY === true && TERM !== 'dumb' && !inCi;
}

/** Whether the terminal shows 256 colours. Node asks TERM, COLORTERM and NO_COLOR; no other output has colours. */
export function showsColours(stdout: Screen & { getColorDepth?(): number } = process.stdout): boolean {
  return stdout.isTTY === true && (stdout.getColorDepth?.() ?? 1) >= 8;
}
