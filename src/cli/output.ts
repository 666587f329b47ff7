/**
 * Failures of standard output and standard error.
 *
 * - The reader has gone (`lenet train | head`, a closed terminal): further output is dropped and the work continues to
 *   its end. The exit code is that of the work.
 * - Another failure (a full disk behind `> file`): one line on standard error says so, the work continues, and the exit
 *   code is 1 instead of 0, because the output is incomplete.
 *
 * A command that only prints (`predict`, `describe`) has no other work that could continue.
 */

interface Streams {
  readonly stdout: NodeJS.EventEmitter;
  readonly stderr: NodeJS.EventEmitter & { write(text: string): unknown };
}

/** EPIPE: the reader has closed the pipe. EIO: the terminal is gone. */
const nobodyListens: readonly (string | undefined)[] = ['EPIPE', 'EIO', 'ECONNRESET'];

const reasons: Readonly<Record<string, string>> = { ENOSPC: 'the disk is full', EDQUOT: 'the disk quota is used up' };

export class Output {
  #incomplete = false;
  #readerHasGone = false;
  #isWork = false;

  /** Watches both streams from now on. */
  constructor({ stdout, stderr }: Streams = process) {
    stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (nobodyListens.includes(error.code)) this.#readerHasGone = true;
      if (this.#readerHasGone || this.#incomplete) return;
      this.#incomplete = true;
      const reason = reasons[error.code ?? ''] ?? error.message;
      const rest = this.#isWork ? '; the work continues' : '';
      stderr.write(`error: cannot write to standard output: ${reason}${rest}\n`);
    });
    // No stream is left to report this error.
    stderr.on('error', () => {});
  }

  /** From now on the command works on files, which continues when standard output fails. */
  beginWork(): void {
    this.#isWork = true;
  }

  /** Whether standard output still takes text. A failed write shows after a turn of the event loop. */
  get isOpen(): boolean {
    return !this.#readerHasGone && !this.#incomplete;
  }

  /**
   * The exit code of a command whose work ended with `code`. Call it after a turn of the event loop, in which write
   * errors arrive.
   */
  exitCode(code: number): number {
    return code === 0 && this.#incomplete ? 1 : code;
  }
}
