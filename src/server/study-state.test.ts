/** What the page says of a study that nobody works on. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Lock } from '../disk/lock.ts';
import { thisProcess } from '../disk/process-record.ts';
import type { Listing, StudyOpening } from './protocol.ts';
import { folderWith, freshFolder, serverOf } from './server.testing.ts';

test('a study whose process gave it up is paused, one whose process was killed is interrupted, and a holder has its time', async () => {
  const folder = folderWith({ post: 'format-6/post' });
  const journal = join(folder, 'post', 'study.journal');
  const lines = readFileSync(journal, 'utf8').split('\n').slice(0, 40);
  writeFileSync(journal, `${lines.join('\n')}\n`);
  const server = serverOf(folder, { control: true });
  const entry = async () => (await server.json<Listing>('/api/entries')).entries[0]!;
  await expect.poll(async () => (await entry()).state, { timeout: 30_000 }).toBe('paused');
  const path = join(folder, 'post', 'study.lock');
  const silent = { beat: () => () => {} };
  const killed = new Lock(path, { ...silent, process: { ...thisProcess(), began: '0' } });
  await killed.acquire();
  expect((await entry()).state).toBe('interrupted');
  killed.release();
  const living = new Lock(path, silent);
  await living.acquire();
  const { state } = await server.json<StudyOpening>('/api/studies/post');
  expect(state).toMatchObject({ state: 'running', holder: { name: `process ${process.pid} on this machine` } });
  expect(Date.now() - Date.parse(state.holder!.since!)).toBeLessThan(60_000);
  living.release();
  expect((await entry()).state).toBe('paused');
  await server.close();
});

test('a study whose journal has no byte yet is empty, and nobody waits for its reading to end', async () => {
  const folder = freshFolder();
  mkdirSync(join(folder, 'begun'));
  writeFileSync(join(folder, 'begun', 'study.journal'), '');
  const server = serverOf(folder);
  await expect.poll(async () => (await server.json<Listing>('/api/entries')).entries[0]?.state).toBe('empty');
  await server.close();
});
