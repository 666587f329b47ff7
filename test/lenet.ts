/** For tests: runs the built `lenet` command as its users do. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type Finished, runStanding } from './standing/standing.ts';
import { writeTinyMnist } from './tiny-mnist.ts';

export const command = new URL('../dist/cli/lenet.js', import.meta.url).pathname;
if (!existsSync(command)) throw new Error('dist/ is missing: run `npm run build` first (npm test does)');

export function freshFolder(): string {
  return mkdtempSync(join(tmpdir(), 'lenet-run-'));
}

/** The first images of MNIST: reading all of it would take longer than a small training. */
export const fewImages = freshFolder();
writeTinyMnist(fewImages, 1800, 300);

/** Options for 1,500 and 300 of them. */
export const limits = ['--data', fewImages, '--train-limit', '1500', '--test-limit', '300'] as const;

/** A training that takes a second or two. */
export const small = [...limits, '--batch-size', '25'] as const;

export function lenet(...args: string[]): Finished {
  return lenetIn(process.cwd(), ...args);
}

/** Runs the command in a folder. */
export function lenetIn(cwd: string, ...args: string[]): Finished {
  return runStanding(cwd, args);
}

export function startLenet(...args: string[]): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Kills a command some milliseconds after its output has matched: a busy machine gets as far as a quiet one. */
export function killAfter(pattern: RegExp, child: ChildProcessByStdio<null, Readable, Readable>, ms: number): void {
  let isAwaited = true;
  child.stdout.on('data', (data: Buffer) => {
    if (!isAwaited || !pattern.test(`${data}`)) return;
    isAwaited = false;
    setTimeout(() => child.kill('SIGKILL'), ms);
  });
}

export function ended(
  child: ChildProcessByStdio<null, Readable, Readable>,
): Promise<Finished & { signal: NodeJS.Signals | null }> {
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => {
    stdout += data;
  });
  child.stderr.on('data', (data: Buffer) => {
    stderr += data;
  });
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
