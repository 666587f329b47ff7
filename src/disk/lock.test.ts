/** A lock has one holder at a time; a living holder never counts as gone; a holder that was taken over notices. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { WorldError } from '../base/errors.ts';
import { type Beating, writeRecord } from './heartbeat.ts';
import { assertHeld, Lock, type Surroundings } from './lock.ts';
import { type ProcessRecord, thisProcess } from './process-record.ts';

const freshLock = () => join(mkdtempSync(join(tmpdir(), 'lenet-lock-')), 'run.lock');

/** A process in another container, whose process number is not valid here. */
const elsewhere = (host: string): ProcessRecord => ({ ...thisProcess(), host, namespace: `pid:[${host}]` });
/** A process of this system that has ended: no living process has a number as large as this. */
const ended: ProcessRecord = { ...thisProcess(), pid: 2 ** 22 + 1 };

/**
 * A simulated world: its clock moves only during waits, and its holders write a heartbeat every second unless they are
 * suspended.
 */
class World {
  ms = 0;
  /** How much further the clock moves than the wait was long. */
  jumpMs = 0;
  readonly #holders = new Map<string, Beating & { beat: number; isSuspended: boolean }>();

  lock(path: string, process: ProcessRecord): Lock {
    return new Lock(path, { ...this.surroundings, process });
  }

  readonly surroundings: Omit<Surroundings, 'process' | 'staleMs'> = {
    now: () => this.ms,
    wait: async (ms) => {
      const before = Math.floor(this.ms / 1000);
      this.ms += ms + this.jumpMs;
      if (Math.floor(this.ms / 1000) !== before) this.#giveSigns();
    },
    beat: (beating) => {
      this.#holders.set(beating.record.token, { ...beating, beat: 0, isSuspended: false });
      return () => this.#holders.delete(beating.record.token);
    },
  };

  suspend({ claim }: Lock): void {
    this.#holders.get(claim.token)!.isSuspended = true;
  }

  #giveSigns(): void {
    for (const holder of this.#holders.values()) {
      if (holder.isSuspended) continue;
      holder.beat += 1;
      writeRecord(holder.file, { ...holder.record, beat: holder.beat });
    }
  }
}

test('a lock has one holder, which is named in errors; a released lock leaves no file', async () => {
  const world = new World();
  const path = freshLock();
  const first = world.lock(path, elsewhere('a'));
  expect(await first.acquire()).toBeUndefined();
  expect(first.isHeld).toBe(true);
  const second = world.lock(path, elsewhere('b'));
  expect(await second.acquire()).toMatchObject({ record: { pid: process.pid, host: 'a' } });
  // A living holder is recognized by its first heartbeat.
  expect(world.ms).toBeLessThan(2500);
  expect(second.isHeld).toBe(false);
  // The release by a process that does not hold the lock changes nothing.
  second.release();
  assertHeld(first.claim, 'the run');
  first.release();
  expect(existsSync(path)).toBe(false);
  expect(await second.acquire()).toBeUndefined();
});

test('the lock of an ended process on this system is taken over at once', async () => {
  const world = new World();
  const path = freshLock();
  const dead = world.lock(path, ended);
  await dead.acquire();
  world.suspend(dead);
  const next = world.lock(path, thisProcess());
  expect(await next.acquire()).toBeUndefined();
  expect(world.ms).toBeLessThan(1000);
});

test('the heartbeat of the new holder is seen, also if the old holder’s record was longer', async () => {
  const world = new World();
  const path = freshLock();
  const dead = world.lock(path, { ...ended, host: 'a-name-longer-than-that-of-the-next'.repeat(9) });
  await dead.acquire();
  world.suspend(dead);
  const next = world.lock(path, elsewhere('b'));
  await next.acquire();
  expect(JSON.parse(readFileSync(join(path, next.claim.token), 'utf8'))).toMatchObject({
    host: 'b',
    token: next.claim.token,
  });
  expect(await world.lock(path, elsewhere('c')).acquire()).toMatchObject({ record: { host: 'b' } });
});

test('a process with the number of the ended holder does not count as the holder', async () => {
  const world = new World();
  const path = freshLock();
  const dead = world.lock(path, { ...thisProcess(), began: '1' });
  await dead.acquire();
  world.suspend(dead);
  await world.lock(path, thisProcess()).acquire();
  expect(world.ms).toBeLessThan(1000);
});

test('a living holder in another PID namespace keeps its lock', async () => {
  const world = new World();
  const path = freshLock();
  const held = world.lock(path, { ...ended, host: 'container', namespace: 'pid:[1]' });
  await held.acquire();
  for (let attempt = 0; attempt < 10; attempt++) {
    expect(await world.lock(path, thisProcess()).acquire()).toMatchObject({ record: { host: 'container' } });
  }
  assertHeld(held.claim, 'the run');
});

test('a lock without heartbeat is taken over after 15 seconds; the old holder notices, and its release changes nothing', async () => {
  const world = new World();
  const path = freshLock();
  const first = world.lock(path, elsewhere('a'));
  await first.acquire();
  world.suspend(first);
  const second = world.lock(path, elsewhere('b'));
  const told: unknown[] = [];
  expect(await second.acquire((holder) => told.push(holder.record?.host))).toBeUndefined();
  expect(told).toEqual(['a']);
  expect(world.ms).toBeGreaterThan(15_000);
  expect(world.ms).toBeLessThan(17_000);
  expect(first.isHeld).toBe(false);
  expect(() => assertHeld(first.claim, 'the run in x')).toThrow(WorldError);
  expect(() => assertHeld(first.claim, 'the run in x')).toThrow(
    /^process \d+ on b \(since .*\) has taken over the run in x, because this process wrote no heartbeat for 15 seconds/,
  );
  first.release();
  assertHeld(second.claim, 'the run in x');
});

test('a holder does not count as gone when the clock jumps', async () => {
  const world = new World();
  const path = freshLock();
  const held = world.lock(path, elsewhere('a'));
  await held.acquire();
  // The waiting process sleeps for an hour between two looks, as with a closed lid; each look then finds a new
  // heartbeat.
  world.jumpMs = 3_600_000;
  expect(await world.lock(path, elsewhere('b')).acquire()).toMatchObject({ record: { host: 'a' } });
  world.suspend(held);
  world.jumpMs = -50;
  // A clock that is slow or goes back makes the wait longer, never shorter.
  const began = world.ms;
  expect(await world.lock(path, elsewhere('b')).acquire()).toBeUndefined();
  expect(world.ms - began).toBeGreaterThan(15_000);
});

test('an hour between two checks does not count as an hour without heartbeat', async () => {
  const world = new World();
  const path = freshLock();
  const held = world.lock(path, elsewhere('a'));
  await held.acquire();
  world.suspend(held);
  world.jumpMs = 3_600_000;
  await world.lock(path, elsewhere('b')).acquire();
  // 15 s in looks of half a second at most.
  expect(world.ms).toBeGreaterThanOrEqual(30 * 3_600_000);
});

test.each([
  ['stale', true],
  ['free', false],
])('ten that reach for a %s lock at once: one gets it', async (_, isStale) => {
  for (let round = 0; round < 10; round++) {
    const world = new World();
    const path = freshLock();
    if (isStale) {
      const dead = world.lock(path, ended);
      await dead.acquire();
      world.suspend(dead);
    }
    const locks = Array.from({ length: 10 }, (_, i) => world.lock(path, elsewhere(`host-${i}`)));
    const answers = await Promise.all(locks.map((lock) => lock.acquire()));
    expect(answers.filter((holder) => holder === undefined)).toHaveLength(1);
    expect(locks.filter((lock) => lock.isHeld)).toHaveLength(1);
    expect(readdirSync(path)).toHaveLength(1);
  }
});

describe('files that a killed process or the system left in the folder', () => {
  test.each<[string, (path: string) => void, number]>([
    ['an empty folder', () => {}, 1500],
    ['files of the system', (path) => writeFileSync(join(path, '.DS_Store'), 'x'), 1500],
    ['an empty file', (path) => writeFileSync(join(path, crypto.randomUUID()), ''), 17_000],
    ['half a record', (path) => writeFileSync(join(path, crypto.randomUUID()), '{"token":"a","pi'), 17_000],
    ['a record with other fields', (path) => writeFileSync(join(path, crypto.randomUUID()), '{"pid":-1}'), 17_000],
    [
      'two files, of an intruder that was killed before it went',
      (path) => {
        for (const sign of ['', 'x']) writeFileSync(join(path, crypto.randomUUID()), sign);
      },
      17_000,
    ],
  ])('%s is taken over, and then held by one', async (_, spoil, mostMs) => {
    const world = new World();
    const path = freshLock();
    mkdirSync(path);
    spoil(path);
    const lock = world.lock(path, thisProcess());
    expect(await lock.acquire()).toBeUndefined();
    expect(world.ms).toBeLessThan(mostMs);
    expect(await world.lock(path, elsewhere('b')).acquire()).toBeDefined();
    lock.release();
    expect(readdirSync(join(path, '..')).length === 0 || readdirSync(path)[0] === '.DS_Store').toBe(true);
  });
});

test('the lock file of an earlier version is named and not removed', async () => {
  const path = freshLock();
  writeFileSync(path, '{"pid":1,"host":"a","began":null,"since":"x"}');
  await expect(new Lock(path).acquire()).rejects.toThrow('is a file, the lock of an earlier version');
  expect(readFileSync(path, 'utf8')).toContain('"pid":1');
});

test('a missing folder and a removed lock are errors that say so', async () => {
  await expect(new Lock(join(freshLock(), 'x', 'y')).acquire()).rejects.toThrow('it does not exist');
  const lock = new Lock(freshLock());
  await lock.acquire();
  const { claim } = lock;
  lock.release();
  expect(() => assertHeld(claim, 'the run in x')).toThrow('this process has lost its lock on the run in x');
});

test('holder() names the holder while the lock is held', async () => {
  const path = freshLock();
  const lock = new Lock(path);
  expect(lock.holder()).toBeUndefined();
  await lock.acquire();
  expect(new Lock(path).holder()).toMatchObject({ record: { pid: process.pid } });
  lock.release();
  expect(new Lock(path).holder()).toBeUndefined();
  expect(new Lock(path).isAbandoned).toBe(false);
  await new Lock(path, { process: ended }).acquire();
  expect(new Lock(path).holder()).toBeUndefined();
  expect(new Lock(path).isAbandoned).toBe(true);
});
