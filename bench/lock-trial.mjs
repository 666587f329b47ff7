// Lets processes race for one lock, kills and suspends them, and counts how often two held the lock at once.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';

const racer = new URL('./lock-racer.mjs', import.meta.url).pathname;

/**
 * `processes` processes race until the lock was held to the end `turns` times, or with 'suspend' until it was lost
 * `turns` times. Every `disturbMs` milliseconds one process is disturbed: 'kill' ends it with SIGKILL and starts
 * another; 'suspend' stops the holder with SIGSTOP until another process has taken over the lock, then lets it
 * continue.
 * `overlaps` counts lines that a holder wrote after another holder had begun to write.
 */
export async function raceForLock({ processes, turns, disturb, disturbMs = 600, ...options }) {
  const folder = mkdtempSync(join(tmpdir(), 'lenet-lock-'));
  const lock = join(folder, 'lock');
  const log = join(folder, 'log');
  const found = { held: 0, lost: 0, kills: 0, suspensions: 0 };
  const racers = new Set();
  const start = () => {
    const child = spawn(process.execPath, [racer, lock, log, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    racers.add(child);
    createInterface({ input: child.stdout }).on('line', (line) => {
      found[line.split(' ')[0]] += 1;
    });
    child.on('exit', () => racers.delete(child));
  };
  for (let i = 0; i < processes; i++) start();
  const holderOf = () => {
    if (!existsSync(lock)) return undefined;
    const token = readdirSync(lock)[0];
    try {
      return token && [...racers].find(({ pid }) => pid === JSON.parse(readFileSync(join(lock, token), 'utf8')).pid);
    } catch {
      // The lock is just changing its holder.
      return undefined;
    }
  };
  try {
    while ((disturb === 'suspend' ? found.lost : found.held) < turns) {
      await wait(disturbMs);
      if (disturb === 'kill') {
        // Every second time the holder of the lock is killed.
        const victim = (found.kills % 2 === 0 && holderOf()) || [...racers][found.kills % racers.size];
        victim.kill('SIGKILL');
        found.kills += 1;
        start();
      } else if (disturb === 'suspend') {
        const victim = holderOf();
        if (!victim) continue;
        victim.kill('SIGSTOP');
        found.suspensions += 1;
        for (const end = performance.now() + 30_000; performance.now() < end; await wait(50)) {
          const now = holderOf();
          if (now && now !== victim) break;
        }
        victim.kill('SIGCONT');
      }
    }
  } finally {
    const ended = [...racers].map((child) => new Promise((resolve) => child.once('exit', resolve)));
    for (const child of racers) child.kill('SIGKILL');
    await Promise.all(ended);
  }
  const tokens = readFileSync(log, 'utf8').trimEnd().split('\n');
  rmSync(folder, { recursive: true });
  return { ...found, writes: tokens.length, overlaps: overlapsIn(tokens) };
}

/** The number of lines of a holder that come after lines of a later holder. */
function overlapsIn(tokens) {
  const ended = new Set();
  let overlaps = 0;
  for (const [index, token] of tokens.entries()) {
    if (ended.has(token)) overlaps += 1;
    else if (index > 0 && token !== tokens[index - 1]) ended.add(tokens[index - 1]);
  }
  return overlaps;
}
