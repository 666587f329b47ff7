/** The process of a study: the command line, which this server starts. */
import { existsSync, rmSync } from 'node:fs';
import { StudyFolder } from '../../runner/study-folder.ts';
import { Refusal } from '../refusal.ts';
import type { Children } from './children.ts';

/**
 * How long a start is watched before the answer [milliseconds]: until the study has begun, or its process has said what
 * is wrong. Only the first reading of a large data set takes longer.
 */
const watchedMs = 15_000;
const pollMs = 50;

export interface Beginning {
  readonly children: Children;
  /** The name of a study that ships, or a path. */
  readonly study: string;
  /** Further words of the command. */
  readonly words: readonly string[];
  /** Is removed once the process has read it. */
  readonly file?: string | undefined;
}

/**
 * Starts the process of a study in a folder, and waits until it holds the study's lock or has ended.
 * @throws Refusal with its last words.
 */
export async function begun(folder: string, { children, study, words: more, file }: Beginning): Promise<void> {
  const ended = children.start(folder, ['study', 'run', study, '--out', folder, ...more], { file });
  const until = performance.now() + watchedMs;
  while (children.of(folder)?.isRunning && performance.now() < until) {
    if (existsSync(folder) && new StudyFolder(folder).holder) {
      if (file !== undefined) rmSync(file, { force: true });
      return;
    }
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, pollMs))]);
  }
  const words = children.of(folder)?.lastWords ?? null;
  if (words !== null) throw new Refusal(409, words);
}

/** @throws Refusal where a process works on the study. */
export function requireFree(folder: string, children: Children): void {
  if (children.of(folder)?.isRunning || (existsSync(folder) && new StudyFolder(folder).holder)) {
    throw new Refusal(409, 'A process works on this study already.');
  }
}

/** `7,` for one seed, since `7` means the seeds 1 to 7. */
export function seedsWord(seeds: readonly number[]): string {
  return seeds.length === 1 ? `${seeds[0]},` : seeds.join();
}
