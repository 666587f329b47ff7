/**
 * What happens when standard output or standard error cannot be written: the one place for readers that go away and full disks.
 *
 * - Nobody listens any more (`lenet train | head`, a closed terminal): what follows is dropped and the work goes on to its end.
 *   The exit code is that of the work.
 * - Another failure (a full disk behind `> file`): one line on standard error says so, the work goes on, and a command that
 *   would have ended with 0 ends with 1, because its output is not complete.
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

  /** Watches both streams from now on. */
  constructor({ stdout, stderr }: Streams = process) {
    stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (nobodyListens.includes(error.code) || this.#incomplete) return;
      this.#incomplete = true;
      const reason = reasons[error.code ?? ''] ?? error.message;
      stderr.write(`error: cannot write to standard output: ${reason}; the work goes on\n`);
    });
    // There is no place left to say anything.
    stderr.on('error', () => {});
  }

  /** The exit code of a command whose work ended with `code`; asked after the event loop had a turn, since failures arrive late. */
  exitCode(code: number): number {
    return code === 0 && this.#incomplete ? 1 : code;
  }
}
