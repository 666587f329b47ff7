/** A journal that is followed while others write, damage and replace it. */
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JournalFollower, offsetOf } from './journal-follower.ts';
import { replay } from './replay.ts';

const fixture = (name: string) => readFileSync(new URL(`../../test/fixtures/${name}/study.journal`, import.meta.url));
const journals = ['format-1/post', 'format-4/held-out', 'format-7/search'].map(fixture);
const freshPath = () => join(mkdtempSync(join(tmpdir(), 'lenet-follow-')), 'study.journal');

/** Another program's line: its study and trial names hold letters of two and four bytes. */
const foreign = (name: string) =>
  `${JSON.stringify({ op_code: 0, worker_id: 'w', study_name: name, directions: [1] })}\n` +
  `${JSON.stringify({ op_code: 4, worker_id: 'w', study_id: 0 })}\n` +
  `${JSON.stringify({ op_code: 8, worker_id: 'w', trial_id: 0, user_attr: { größe: '𝔘' } })}\n` +
  `${JSON.stringify({ op_code: 4, worker_id: 'w', study_id: 0 })}\n`;

/** The trials that the lines after the offset name, found without the follower. */
function namedAfter(bytes: Buffer, offset: number): number[] {
  const found = new Set<number>();
  let [at, created] = [0, 0];
  for (const line of bytes.toString('utf8').split('\n').slice(0, -1)) {
    at += Buffer.byteLength(line) + 1;
    const { op_code, trial_id = -1 } = JSON.parse(line);
    const id = op_code === 4 ? created++ : trial_id;
    if (id >= 0 && at > offset) found.add(id);
  }
  return [...found].sort((a, b) => a - b);
}

test('after any cuts, a reader knows what the whole lines say, and which trials changed since any place it was told', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: journals.length }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 6 }),
      async (which, parts) => {
        const whole = journals[which] ?? Buffer.from(foreign('möwe').repeat(3));
        const path = freshPath();
        const follower = new JournalFollower(path);
        const told: string[] = [];
        let written = 0;
        for (const cut of [
          ...parts.map((part) => Math.floor(part * whole.length)).sort((a, b) => a - b),
          whole.length,
        ]) {
          appendFileSync(path, whole.subarray(written, cut));
          written = cut;
          await follower.look();
          const lines = whole.subarray(0, whole.subarray(0, cut).lastIndexOf(0x0a) + 1);
          expect(follower.offset).toBe(lines.length);
          expect(follower.replayed.trials).toEqual(replay(lines.toString('utf8'), path).trials);
          told.push(follower.position);
        }
        // The same reader, and one that has just begun, go on from each place.
        const fresh = new JournalFollower(path);
        await fresh.look();
        for (const place of told) {
          for (const reader of [follower, fresh]) {
            expect(await reader.find(place)).toBe(offsetOf(place));
            expect(reader.trialsAfter(offsetOf(place))).toEqual(namedAfter(whole, offsetOf(place)));
          }
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('a torn last line is left for its writer, and a repair that moves it away changes nothing', async () => {
  const path = freshPath();
  const whole = journals[2]!;
  writeFileSync(path, whole);
  const follower = new JournalFollower(path);
  expect(await follower.look()).toBe('grown');
  const { position } = follower;
  appendFileSync(path, '{"op_code": 8, "worker_id": "lenet-lab-x", "tri');
  expect(await follower.look()).toBe('same');
  expect(follower.position).toBe(position);
  truncateSync(path, whole.length);
  expect(await follower.look()).toBe('same');
  expect(follower.position).toBe(position);
});

test.each<[string, (path: string) => void]>([
  ['cut short', (path) => truncateSync(path, journals[0]!.indexOf(0x0a, 5000) + 1)],
  ['written over in place', (path) => writeFileSync(path, journals[1]!)],
  [
    'written over in place by as many bytes',
    (path) =>
      writeFileSync(path, `${Buffer.concat([journals[1]!, journals[1]!]).subarray(0, journals[0]!.length - 1)}\n`),
  ],
  [
    'exchanged for a longer one',
    (path) => {
      writeFileSync(`${path}.new`, journals[2]!);
      renameSync(`${path}.new`, path);
    },
  ],
])('a journal that was %s is read anew, and old places are not found in it', async (_, change) => {
  const path = freshPath();
  writeFileSync(path, journals[0]!);
  const follower = new JournalFollower(path);
  await follower.look();
  const { position } = follower;
  change(path);
  const look = follower.look();
  const lines = readFileSync(path);
  await look.then(
    (found) => {
      expect(found).toBe('replaced');
      expect(follower.replayed.trials).toEqual(replay(lines.toString('utf8'), path).trials);
    },
    (error) => expect(error.message).toMatch(/damaged|digest/),
  );
  expect(await follower.find(position)).toBeUndefined();
});

test('who asks for a part of a large journal does not wait for one who reads all of it', async () => {
  const path = freshPath();
  const text = foreign('a study');
  writeFileSync(path, text.repeat(Math.ceil(6_000_000 / text.length)));
  const follower = new JournalFollower(path);
  const whole = follower.look();
  expect(await follower.look(0)).toBe('grown');
  expect(follower.isBehind).toBe(true);
  expect(await whole).toBe('grown');
  expect([follower.isBehind, follower.offset]).toEqual([false, statSync(path).size]);
});

test('a journal that is removed becomes empty, and is read when it appears again', async () => {
  const path = freshPath();
  const follower = new JournalFollower(path);
  expect(await follower.look()).toBe('same');
  writeFileSync(path, journals[0]!);
  expect(await follower.look()).toBe('grown');
  rmSync(path);
  expect(await follower.look()).toBe('replaced');
  expect(follower.replayed.trials).toEqual([]);
  writeFileSync(path, journals[0]!);
  expect(await follower.look()).toBe('grown');
  expect(follower.replayed.trials.length).toBeGreaterThan(3);
});

test('a damaged line is an error at every look, until the file is sound again', async () => {
  const path = freshPath();
  const damaged = Buffer.from(journals[2]!);
  damaged[damaged.length - 300]! ^= 1;
  writeFileSync(path, damaged);
  const follower = new JournalFollower(path);
  for (let look = 0; look < 2; look++) await expect(follower.look()).rejects.toThrow(/line \d+/);
  writeFileSync(path, journals[2]!);
  await follower.look();
  expect(follower.replayed.trials).toEqual(replay(journals[2]!.toString('utf8'), path).trials);
});

test('a place that is no place, or lies beyond the end, is not found', async () => {
  const path = freshPath();
  writeFileSync(path, journals[0]!);
  const follower = new JournalFollower(path);
  await follower.look();
  for (const place of ['', '0', '-1-00000000', '99999999-00000000', `${follower.offset}-00000000`, '1e3-00000000']) {
    expect(await follower.find(place), place).toBeUndefined();
  }
});
