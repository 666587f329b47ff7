/** Columns of the terminal; a generous page where output goes elsewhere. */
export function terminalWidth(): number {
  return process.stdout.isTTY ? (process.stdout.columns ?? 80) : 100;
}
