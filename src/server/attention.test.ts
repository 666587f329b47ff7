/** Which studies leave the server's memory. */
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Attention } from './attention.ts';
import { Children } from './control/children.ts';
import { listing } from './entries.ts';
import { Library } from './library.ts';
import { privacyOf } from './privacy.ts';
import { folderWith } from './server.testing.ts';

const held = (...ids: string[]) => ids.map((id) => ({ id, bytes: 10, isBusy: false }));

test('the studies that were asked for last stay, as far as their bytes go; watched and busy ones stay in any case', () => {
  const attention = new Attention();
  for (const id of ['a', 'b', 'c', 'd', 'a']) attention.ask(id);
  expect(attention.idle(held('a', 'b', 'c', 'd', 'never'), 25)).toEqual(['c', 'b', 'never']);
  const gone = new AbortController();
  let ends = 0;
  attention.watch('b', gone.signal, () => ends++);
  attention.watch('b', gone.signal, () => ends++);
  expect(attention.idle([...held('a', 'b', 'c'), { id: 'e', bytes: 10, isBusy: true }], 5)).toEqual(['c']);
  gone.abort();
  expect(ends).toBe(2);
  // It was watched a moment ago.
  expect(attention.idle(held('a', 'b', 'c'), 10)).toEqual(['a', 'c']);
});

test('a study that was removed is forgotten', () => {
  const attention = new Attention();
  for (const id of ['kept', 'removed']) attention.ask(id);
  expect(attention.idle(held('kept', 'removed'), 10)).toEqual(['kept']);
  attention.keep(new Set(['kept']));
  expect(attention.idle(held('kept', 'removed'), 10)).toEqual(['removed']);
});

test('a study that nobody watches leaves the memory, stays in the list, and is read again when it is asked for or changes', async () => {
  const folder = folderWith({ first: 'format-6/post', second: 'format-7/search', third: 'format-3/1998' });
  const journals = ['first', 'second', 'third'].map((name) => join(folder, name, 'study.journal'));
  const long = new Date('2020-01-01');
  for (const journal of journals) utimesSync(journal, long, long);
  const library = new Library(folder, { mostIdleBytes: 0 });
  const options = { library, control: false, children: new Children([], folder), privacy: privacyOf(false, folder) };
  const entries = async () => (await listing(options)).entries;
  await expect
    .poll(async () => (await entries()).every(({ verdict }) => verdict !== null), { timeout: 30_000 })
    .toBe(true);
  const before = await entries();
  const watched = new AbortController();
  const shelf = (name: string) => library.study(name);
  const offsets = async () => [(await shelf('first')).study.offset, (await shelf('second')).study.offset];
  library.watch(await shelf('second'), new AbortController().signal);
  library.watch(await shelf('third'), watched.signal);
  for (const name of ['first', 'second', 'third']) await (await shelf(name)).study.look();
  watched.abort();
  const gone = await shelf('first');
  // The second is watched, and the third was until now.
  expect(await offsets()).toEqual([0, readFileSync(journals[1]!).length]);
  expect((await shelf('third')).study.offset).toBeGreaterThan(0);
  // The list reads nothing of it, and says the same as before.
  expect(await entries()).toEqual(before);
  expect((await offsets())[0]).toBe(0);
  await gone.study.look();
  expect(gone.study.rows()).toHaveLength(20);
  // A journal that changes is followed again by the list.
  writeFileSync(journals[0]!, readFileSync(journals[0]!));
  const offsetInList = async () => {
    await entries();
    return (await offsets())[0];
  };
  await expect.poll(offsetInList, { timeout: 5000 }).toBeGreaterThan(0);
  await library.close();
});
