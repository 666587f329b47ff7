/** One holder at a time, a living one is never taken for dead, and one that was taken over notices. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { WorldError } from '../base/errors.ts';
import { type Beating, writeSign } from './heartbeat.ts';
import { assertHeld, Lock, type Surroundings } from './lock.ts';
import { type ProcessRecord, thisProcess } from './process-record.ts';

const freshLock = () => join(mkdtempSync(join(tmpdir(), 'lenet-lock-')), 'run.lock');

/** A process in another container: its number means nothing here. */
const elsewhere = (host: string): ProcessRecord => ({ ...thisProcess(), host, namespace: `pid:[${host}]` });
/** A process of this system that has ended: no number is as large. */
const ended: ProcessRecord = { ...thisProcess(), pid: 2 ** 22 + 1 };

/** A world whose clock moves only while somebody waits, and whose holders give signs every second unless they are suspended. */
class World {
  ms = 0;
  /** How much the clock moves beyond what was waited for. */
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
      this.#holders.set(beating.sign.token, { ...beating, beat: 0, isSuspended: false });
      return () => this.#holders.delete(beating.sign.token);
    },
  };

  suspend({ claim }: Lock): void {
    this.#holders.get(claim.token)!.isSuspended = true;
  }

  #giveSigns(): void {
    for (const holder of this.#holders.values()) {
      if (holder.isSuspended) continue;
      holder.beat += 1;
      writeSign(holder.file, { ...holder.sign, beat: holder.beat });
    }
  }
}

test('a lock has one holder, who is named, and nothing is left when it is given back', async () => {
  const world = new World();
  const path = freshLock();
  const first = world.lock(path, elsewhere('a'));
  expect(await first.acquire()).toBeUndefined();
  expect(first.isHeld).toBe(true);
  const second = world.lock(path, elsewhere('b'));
  expect(await second.acquire()).toMatchObject({ sign: { pid: process.pid, host: 'a' } });
  // A living holder is recognized by its first sign.
  expect(world.ms).toBeLessThan(2500);
  expect(second.isHeld).toBe(false);
  // Giving back what one does not have takes nothing from the other.
  second.release();
  assertHeld(first.claim, 'the run');
  first.release();
  expect(existsSync(path)).toBe(false);
  expect(await second.acquire()).toBeUndefined();
});

test('a holder of this system that has ended is not waited for', async () => {
  const world = new World();
  const path = freshLock();
  const dead = world.lock(path, ended);
  await dead.acquire();
  world.suspend(dead);
  const next = world.lock(path, thisProcess());
  expect(await next.acquire()).toBeUndefined();
  expect(world.ms).toBeLessThan(1000);
});

test('who took over is seen to live, also where the sign of the holder before was longer', async () => {
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
  expect(await world.lock(path, elsewhere('c')).acquire()).toMatchObject({ sign: { host: 'b' } });
});

test('the number of an ended process that another process has got means nothing', async () => {
  const world = new World();
  const path = freshLock();
  const dead = world.lock(path, { ...thisProcess(), began: '1' });
  await dead.acquire();
  world.suspend(dead);
  await world.lock(path, thisProcess()).acquire();
  expect(world.ms).toBeLessThan(1000);
});

test('a living holder is left its lock, though its number belongs to nobody here', async () => {
  const world = new World();
  const path = freshLock();
  const held = world.lock(path, { ...ended, host: 'container', namespace: 'pid:[1]' });
  await held.acquire();
  for (let attempt = 0; attempt < 10; attempt++) {
    expect(await world.lock(path, thisProcess()).acquire()).toMatchObject({ sign: { host: 'container' } });
  }
  assertHeld(held.claim, 'the run');
});

test('a silent holder elsewhere is taken over after 15 seconds, notices it, and its release takes nothing away', async () => {
  const world = new World();
  const path = freshLock();
  const first = world.lock(path, elsewhere('a'));
  await first.acquire();
  world.suspend(first);
  const second = world.lock(path, elsewhere('b'));
  const told: unknown[] = [];
  expect(await second.acquire((holder) => told.push(holder.sign?.host))).toBeUndefined();
  expect(told).toEqual(['a']);
  expect(world.ms).toBeGreaterThan(15_000);
  expect(world.ms).toBeLessThan(17_000);
  expect(first.isHeld).toBe(false);
  expect(() => assertHeld(first.claim, 'the run in x')).toThrow(WorldError);
  expect(() => assertHeld(first.claim, 'the run in x')).toThrow(
    /^process \d+ on b \(since .*\) has taken over the run in x, since this process gave no sign of life for 15 seconds/,
  );
  first.release();
  assertHeld(second.claim, 'the run in x');
});

test('clocks that jump make no holder look dead', async () => {
  const world = new World();
  const path = freshLock();
  const held = world.lock(path, elsewhere('a'));
  await held.acquire();
  // The waiting process sleeps for an hour between two looks, as with a closed lid; each look then finds a new sign.
  world.jumpMs = 3_600_000;
  expect(await world.lock(path, elsewhere('b')).acquire()).toMatchObject({ sign: { host: 'a' } });
  world.suspend(held);
  world.jumpMs = -50;
  // A clock that creeps or goes back makes the wait longer, not shorter, and what was seen is not forgotten.
  const began = world.ms;
  expect(await world.lock(path, elsewhere('b')).acquire()).toBeUndefined();
  expect(world.ms - began).toBeGreaterThan(15_000);
});

test('an hour between two looks does not count as an hour of silence', async () => {
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

describe('what a killed process or a system leaves in the folder', () => {
  test.each<[string, (path: string) => void, number]>([
    ['an empty folder', () => {}, 1500],
    ['files of the system', (path) => writeFileSync(join(path, '.DS_Store'), 'x'), 1500],
    ['an empty file', (path) => writeFileSync(join(path, crypto.randomUUID()), ''), 17_000],
    ['half a sign', (path) => writeFileSync(join(path, crypto.randomUUID()), '{"token":"a","pi'), 17_000],
    ['a sign of other words', (path) => writeFileSync(join(path, crypto.randomUUID()), '{"pid":-1}'), 17_000],
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

test('the lock file of an earlier version is named and left alone', async () => {
  const path = freshLock();
  writeFileSync(path, '{"pid":1,"host":"a","began":null,"since":"x"}');
  await expect(new Lock(path).acquire()).rejects.toThrow('is a file, the lock of an earlier version');
  expect(readFileSync(path, 'utf8')).toContain('"pid":1');
});

test('a folder that is not there is said, and so is a lock that was removed', async () => {
  await expect(new Lock(join(freshLock(), 'x', 'y')).acquire()).rejects.toThrow('it does not exist');
  const lock = new Lock(freshLock());
  await lock.acquire();
  const { claim } = lock;
  lock.release();
  expect(() => assertHeld(claim, 'the run in x')).toThrow('this process has lost its lock on the run in x');
});

test('who holds it is shown while it is held', async () => {
  const path = freshLock();
  const lock = new Lock(path);
  expect(lock.holder()).toBeUndefined();
  await lock.acquire();
  expect(new Lock(path).holder()).toMatchObject({ sign: { pid: process.pid } });
  lock.release();
  expect(new Lock(path).holder()).toBeUndefined();
  await new Lock(path, { process: ended }).acquire();
  expect(new Lock(path).holder()).toBeUndefined();
});
