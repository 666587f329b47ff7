// One of many processes that race for a lock: it acquires the lock, writes a few lines to a log, releases the lock, and
// repeats this until it is killed.
// `node bench/lock-racer.mjs LOCK LOG OPTIONS`, options as JSON: writes, pauseMs (between two of them), staleMs,
// isContainer.
import { appendFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { assertHeld, Lock } from '../dist/disk/lock.js';
import { thisProcess } from '../dist/disk/process-record.js';

const [path, log, options] = process.argv.slice(2);
const { writes, pauseMs, staleMs, isContainer } = JSON.parse(options);
// A container has its own process numbers, so a process outside cannot tell from the number whether the holder lives.
const own = thisProcess();
const record = isContainer ? { ...own, host: `container-${own.pid}`, namespace: `pid:[${own.pid}]` } : own;
const lock = new Lock(path, { staleMs, process: record });
for (;;) {
  if (await lock.acquire()) continue;
  const { claim } = lock;
  let isLost = false;
  for (let write = 0; write < writes && !isLost; write++) {
    try {
      assertHeld(claim, 'the log');
    } catch {
      isLost = true;
      break;
    }
    appendFileSync(log, `${claim.token}\n`);
    await wait(pauseMs);
  }
  process.stdout.write(`${isLost ? 'lost' : 'held'} ${claim.token}\n`);
  lock.release();
}
