/** Pages that follow a study: through cuts, damage, and journals that are exchanged. */
import { appendFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readStudy } from '../../store/journal-store.ts';
import type { Problem, StudyOpening, TrialRow } from '../protocol.ts';
import { type EventReader, fixtures, freshFolder, serverOf } from '../server.testing.ts';

const fixture = (name: string) => readFileSync(join(fixtures, name, 'study.journal'));
const journals = ['format-1/held-out', 'format-6/post', 'format-7/search'].map(fixture);

/** A study's folder in a folder of its own, with a part of a journal. */
function study(content: Buffer): { readonly folder: string; readonly journal: string } {
  const folder = freshFolder();
  mkdirSync(join(folder, 's'));
  const journal = join(folder, 's', 'study.journal');
  writeFileSync(journal, content);
  return { folder, journal };
}

/** What a page knows: rows put in place by number. */
class Page {
  readonly rows = new Map<number, TrialRow>();
  readonly settings = new Map<number, unknown>();
  place: string;

  constructor({ trials, configurations, position }: StudyOpening) {
    this.place = position;
    this.#take(trials, configurations);
  }

  /** Takes events until the page knows the journal up to this offset. */
  async readTo(stream: EventReader, offset: number): Promise<TrialRow[]> {
    const taken: TrialRow[] = [];
    while (Number(this.place.split('-')[0]) < offset) {
      const { data, id } = await stream.until('rows');
      this.#take(data.trials, data.configurations);
      taken.push(...data.trials);
      this.place = id!;
    }
    return taken;
  }

  #take(trials: readonly TrialRow[], configurations: StudyOpening['configurations']): void {
    for (const row of trials) this.rows.set(row.number, row);
    for (const { index, settings } of configurations) this.settings.set(index, settings);
  }

  /** The rows in order, with their settings. */
  get content(): unknown {
    return [...this.rows].sort(([a], [b]) => a - b).map(([, row]) => [row, this.settings.get(row.configuration)]);
  }
}

const linesOf = (bytes: Buffer, cut: number) => bytes.subarray(0, cut).lastIndexOf(0x0a) + 1;

test('a page that loses its line at any places, also over a restart of the server, knows in the end what the journal says', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...journals),
      fc.array(fc.record({ part: fc.double({ min: 0.2, max: 1, noNaN: true }), restarts: fc.boolean() }), {
        minLength: 1,
        maxLength: 4,
      }),
      async (whole, steps) => {
        // The opening needs the definition, which stands on the first lines.
        const first = Math.floor(whole.length * 0.2);
        const { folder, journal } = study(whole.subarray(0, first));
        let server = serverOf(folder);
        const page = new Page(await server.json<StudyOpening>('/api/studies/s'));
        let written = first;
        for (const { part, restarts } of [...steps.sort((a, b) => a.part - b.part), { part: 1, restarts: false }]) {
          if (restarts) {
            await server.close();
            server = serverOf(folder);
          }
          const stream = await server.stream(`/api/studies/s/events`, page.place);
          const cut = Math.floor(whole.length * part);
          appendFileSync(journal, whole.subarray(written, cut));
          written = Math.max(written, cut);
          await page.readTo(stream, linesOf(whole, written));
          await stream.close();
        }
        const fresh = new Page(await server.json<StudyOpening>('/api/studies/s'));
        expect(page.content).toEqual(fresh.content);
        expect(page.rows.size).toBe(readStudy(journal)!.trials.length);
        await server.close();
      },
    ),
    { numRuns: 12 },
  );
});

test('after a place a page gets the rows of the trials that changed, and no others', async () => {
  const whole = journals[1]!;
  const cut = linesOf(whole, Math.floor(whole.length / 2));
  const { folder, journal } = study(whole.subarray(0, cut));
  const server = serverOf(folder);
  const page = new Page(await server.json<StudyOpening>('/api/studies/s'));
  appendFileSync(journal, whole.subarray(cut));
  const stream = await server.stream('/api/studies/s/events', page.place);
  const taken = await page.readTo(stream, whole.length);
  let created = (
    whole
      .subarray(0, cut)
      .toString()
      .match(/"op_code":4/g) ?? []
  ).length;
  const named = whole
    .subarray(cut)
    .toString()
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => {
      const { op_code, trial_id } = JSON.parse(line);
      return op_code === 4 ? [created++] : (trial_id ?? []);
    });
  expect(taken.map(({ number }) => number)).toEqual([...new Set(named)].sort((a, b) => a - b));
  await stream.close();
  await server.close();
});

test('two pages get the same rows, each from its own place', async () => {
  const whole = journals[2]!;
  const { folder, journal } = study(whole.subarray(0, linesOf(whole, 20_000)));
  const server = serverOf(folder);
  const [early, late] = [0, 0].map(() => server.json<StudyOpening>('/api/studies/s'));
  const first = new Page(await early!);
  const stream = await server.stream('/api/studies/s/events', first.place);
  appendFileSync(journal, whole.subarray(linesOf(whole, 20_000), linesOf(whole, 30_000)));
  const second = new Page(await late!);
  const other = await server.stream(`/api/studies/s/events?from=${second.place}`);
  appendFileSync(journal, whole.subarray(linesOf(whole, 30_000)));
  await first.readTo(stream, whole.length);
  await second.readTo(other, whole.length);
  expect(first.content).toEqual(second.content);
  await Promise.all([stream.close(), other.close()]);
  await server.close();
});

test('a journal that is exchanged ends the stream with a reset', async () => {
  const { folder, journal } = study(journals[2]!);
  const server = serverOf(folder);
  const { position } = await server.json<StudyOpening>('/api/studies/s');
  const stream = await server.stream('/api/studies/s/events', position);
  await stream.until('state');
  writeFileSync(journal, journals[1]!);
  await stream.until('reset');
  expect(await stream.next()).toBeUndefined();
  await server.close();
});

test('a place of another journal is answered with a reset at once', async () => {
  const { folder } = study(journals[2]!);
  const server = serverOf(folder);
  for (const place of ['12-00000000', 'nonsense', '99999999-12345678']) {
    const stream = await server.stream('/api/studies/s/events', place);
    expect((await stream.next())!.event).toBe('reset');
  }
  await server.close();
});

test('a damaged line is told once, and when it is repaired the stream goes on from where it was', async () => {
  const whole = journals[2]!;
  const { folder, journal } = study(whole.subarray(0, linesOf(whole, 30_000)));
  const server = serverOf(folder);
  const page = new Page(await server.json<StudyOpening>('/api/studies/s'));
  const stream = await server.stream('/api/studies/s/events', page.place);
  await stream.until('state');
  const before = readFileSync(journal);
  appendFileSync(journal, 'not a line\n');
  const { data } = await stream.until<Problem>('problem');
  expect(data.problem).toMatch(/line \d+: not a valid JSON object/);
  truncateSync(journal, before.length);
  appendFileSync(journal, whole.subarray(before.length));
  await page.readTo(stream, whole.length);
  expect(page.content).toEqual(new Page(await server.json<StudyOpening>('/api/studies/s')).content);
  await stream.close();
  await server.close();
});

test('a page that does not read gets the newest rows at once when it reads again, not one event for each change', async () => {
  const whole = journals[1]!;
  const start = linesOf(whole, 20_000);
  const { folder, journal } = study(whole.subarray(0, start));
  const server = serverOf(folder);
  const page = new Page(await server.json<StudyOpening>('/api/studies/s'));
  const stream = await server.stream('/api/studies/s/events', page.place);
  await stream.until('state');
  for (let at = start; at < whole.length; at += 500) appendFileSync(journal, whole.subarray(at, at + 500));
  const { id } = await stream.until('rows');
  expect(Number(id!.split('-')[0])).toBe(whole.length);
  await stream.close();
  await server.close();
});
