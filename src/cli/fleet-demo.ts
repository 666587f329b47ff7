/** The command `lenet fleet demo`: a whole fleet on this machine, one worker of which is killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isEqualData } from '../base/argument.ts';
import { WorldError } from '../base/errors.ts';
import { type LocalServer, startLocalServer } from '../fleet/local-server.ts';
import { wrapped } from '../report/terminal-table.ts';
import { journalName } from '../runner/study-journal.ts';
import { readStudy } from '../store/journal-store.ts';
import { Interrupt } from './interrupt.ts';
import { terminalWidth } from './terminal.ts';

const study = `name: demo
protocol: post
base: { epochs: 4, trainLimit: 3000, testLimit: 500 }
stages:
  - batchSize: [32, 64]
seeds: [1, 2]
`;
const program = fileURLToPath(new URL('./lenet.js', import.meta.url));

/** Shows that the result stays the same. @returns the exit code. @throws WorldError where it does not. */
export async function fleetDemo(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'lenet-demo-'));
  // PostgreSQL's own user enters it.
  chmodSync(folder, 0o755);
  const running = new Set<ChildProcess>();
  const killAll = () => {
    for (const child of running) child.kill('SIGKILL');
  };
  const interrupt = new Interrupt(() => {
    killAll();
    process.stderr.write('Stopping the fleet and its database.\n');
  });
  let server: LocalServer | undefined;
  try {
    say('Starting a PostgreSQL server ...');
    server = await startLocalServer(join(folder, 'postgres'));
    await showFleet(folder, server.address, { running, signal: interrupt.signal });
    return await interrupt.exitCode(0);
  } catch (error) {
    // What was killed by the signal has not failed.
    const code = await interrupt.exitCode(0);
    if (code === 0) throw error;
    return code;
  } finally {
    killAll();
    await server?.stop('SIGQUIT');
    rmSync(folder, { recursive: true, force: true });
    interrupt.release();
  }
}

interface Stage {
  /** Processes that have not ended. */
  readonly running: Set<ChildProcess>;
  readonly signal: AbortSignal;
}

async function showFleet(folder: string, address: string, { running, signal }: Stage): Promise<void> {
  /** What every process of this machine would say again. */
  const told = new Set<string>();
  const lenet = (...args: string[]) => {
    signal.throwIfAborted();
    const child = spawn(process.execPath, [program, ...args], {
      env: { ...process.env, LENET_DATABASE: address },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    // A Ctrl-C of the terminal reaches the children, too. What they say of it would surprise.
    child.stderr.on('data', (text: Buffer) => {
      if (signal.aborted || told.has(`${text}`)) return;
      told.add(`${text}`);
      process.stderr.write(text);
    });
    const ended = new Promise<number | null>((resolve) => {
      child.on('close', (code) => {
        running.delete(child);
        resolve(code);
      });
    });
    return { child, ended };
  };
  const file = join(folder, 'demo.yaml');
  writeFileSync(file, study);
  const [alone, shared] = [join(folder, 'alone'), join(folder, 'fleet')];
  say('1. The study on this machine alone, one training after the other ...');
  const first = lenet('study', 'run', file, '--jobs', '1', '--out', alone);
  first.child.stdout.resume();
  if ((await first.ended) !== 0) throw new WorldError('the study did not end well');
  say('2. The same study with a coordinator and three workers; the first worker is killed in its first training ...');
  const coordinator = lenet('study', 'run', file, '--fleet', '--out', shared);
  coordinator.child.stdout.resume();
  const workers = ['A', 'B', 'C'].map((name) => {
    const { child } = lenet('worker', '--jobs', '1');
    child.stdout.on('data', (text: Buffer) => {
      for (const line of text.toString().trimEnd().split('\n')) say(`worker ${name}: ${line}`, '   ');
    });
    return child;
  });
  workers[0]!.stdout.on('data', (text: Buffer) => {
    if (!text.includes('begins') || workers[0]!.killed) return;
    workers[0]!.kill('SIGKILL');
    say('worker A: killed. Another one goes on after 10 to 20 seconds.', '   ');
  });
  if ((await coordinator.ended) !== 0) throw new WorldError('the study of the fleet did not end well');
  if (!isEqualData(resultsIn(alone), resultsIn(shared))) throw new WorldError('the two results differ');
  say('3. Both studies have the same trials, the same scores and the same wrong answers.');
}

function say(text: string, indent = ''): void {
  process.stdout.write(`${wrapped(text, terminalWidth(), indent)}\n`);
}

/** What must not depend on the fleet. */
function resultsIn(folder: string): unknown {
  const record = readStudy(join(folder, journalName));
  return record?.trials.map(({ number, configuration, seed, state, score, wrong }) => {
    return { number, configuration, seed, state, score, wrong: wrong && [...wrong] };
  });
}
