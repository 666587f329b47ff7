/** The studies that this server has started: processes of the same command line that a user would type. */
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

/** The last words of a process (characters). */
const mostWords = 4000;

/** A process that was started for a study. */
export interface Child {
  readonly isRunning: boolean;
  /** What it wrote to standard error, or how it ended, if it failed; null otherwise. */
  readonly lastWords: string | null;
}

interface Started {
  readonly process: ChildProcess;
  /** The study file that was written for it. */
  readonly file: string | undefined;
  words: string;
  code: number | undefined;
  readonly ended: Promise<void>;
}

/** The exit code of a process that a user has interrupted. */
const interrupted = 130;

export class Children {
  readonly #command: readonly string[];
  readonly #cwd: string;
  /** By the study's folder. */
  readonly #started = new Map<string, Started>();

  /** @param command the program and its first arguments. @param cwd of the processes. */
  constructor(command: readonly string[], cwd: string) {
    this.#command = command;
    this.#cwd = cwd;
  }

  /** Whether one of them still runs. */
  get areRunning(): boolean {
    return [...this.#started.values()].some(({ code }) => code === undefined);
  }

  /** The folders of the studies for which a process was started. */
  get folders(): readonly string[] {
    return [...this.#started.keys()];
  }

  /** The newest process that was started for the study in a folder. */
  of(folder: string): Child | undefined {
    const found = this.#started.get(folder);
    if (!found) return undefined;
    const { code, words, file } = found;
    const hasFailed = code !== undefined && code !== 0 && code !== interrupted;
    // Its user knows the file as the text in the page.
    const said = file === undefined ? words : words.replaceAll(file, 'study.yaml');
    const lastWords = said.trim() || `The process of the study ended with code ${code}, without a word.`;
    return { isRunning: code === undefined, lastWords: hasFailed ? lastWords : null };
  }

  /** Forgets processes that have ended. @param isOf which folders. */
  forget(isOf: (folder: string) => boolean): void {
    for (const [folder, { code }] of this.#started)
      if (code !== undefined && isOf(folder)) this.#started.delete(folder);
  }

  /**
   * Starts a process.
   * @param folder of its study. @param options file: is removed when the process has ended. @returns when it has ended.
   */
  start(folder: string, args: readonly string[], { file }: { readonly file?: string | undefined } = {}): Promise<void> {
    const [program = process.execPath, ...first] = this.#command;
    const child = spawn(program, [...first, ...args], {
      cwd: this.#cwd,
      stdio: ['ignore', 'ignore', 'pipe'],
      // In a group of its own: Ctrl-C in the server's terminal reaches it once, by the server.
      detached: true,
    });
    const ended = new Promise<void>((resolve) => {
      const end = (code: number, word = '') => {
        started.code ??= code;
        started.words += word;
        if (file !== undefined) rmSync(file, { force: true });
        resolve();
      };
      child.once('error', (error) => end(1, error.message));
      child.once('close', (code, signal) => {
        if (signal === 'SIGINT') end(interrupted);
        else end(code ?? 1, signal ? `The process of the study was ended by the signal ${signal}.` : '');
      });
    });
    const started: Started = { process: child, file, words: '', code: undefined, ended };
    child.stderr?.on('data', (text: Buffer) => {
      started.words = `${started.words}${text.toString('utf8')}`.slice(-mostWords);
    });
    this.#started.set(folder, started);
    return ended;
  }

  /** Lets all processes save themselves and end, as Ctrl-C does. */
  async close(): Promise<void> {
    const running = [...this.#started.values()].filter(({ code }) => code === undefined);
    for (const { process: child } of running) child.kill('SIGINT');
    await Promise.all(running.map(({ ended }) => ended));
  }
}
