/** The numbers behind figures of the report. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Facts } from '../../../src/server/protocol.ts';
import { folderWith, serverOf } from '../../../src/server/server.testing.ts';
import { figureCsv } from './report-csv.ts';

const shown = (fixture: string) => ({
  show: JSON.parse(readFileSync(new URL(`../../../test/fixtures/${fixture}/show.json`, import.meta.url), 'utf8')),
});
const linesOf = (csv: string | undefined) => csv!.trim().split('\r\n');
const none = { csv: null };

test('levels of stages have a row each, with their scores by seed', () => {
  const lines = linesOf(figureCsv(none, 'stages', shown('format-6/post')));
  expect(lines[0]).toContain('stage,configuration,level,standing,mean');
  expect(lines).toHaveLength(1 + 2 + 2 + 3);
  expect(lines[1]).toMatch(/^1,C1,128,worse,48\.66\d+,/);
  expect(lines[1]).toMatch(/50\.5,47\.5,48/);
});

test('proposals of a search have a row each, with their values and the score at each rung', () => {
  const { show } = shown('format-7/search');
  const lines = linesOf(figureCsv(none, 'searchCharts', { show }));
  expect(lines[0]).toBe(
    'proposal,configuration,state,optimizer,learningRate,weightDecay,score after epoch 1,score after epoch 3',
  );
  expect(lines).toHaveLength(1 + show.search.proposals.length);
  // The base is a finalist, so it has both scores; a setting that was stopped has the first alone.
  expect(lines[1]).toBe('0,C0,complete,adam,0.0003,,29.5,47.5');
  const stopped = lines.filter((line) => line.includes(',stopped,'));
  expect(stopped.length).toBeGreaterThan(0);
  for (const line of stopped) expect(line).toMatch(/,\d+(\.\d+)?,$/);
});

describe('in the report of a study that the server sends', async () => {
  const server = serverOf(folderWith({ sixth: 'format-6/post', search: 'format-7/search' }));
  const facts = await Promise.all(['sixth', 'search'].map((id) => server.json<Facts>(`/api/studies/${id}/facts`)));
  await server.close();
  const figures = facts.flatMap((of) =>
    of.sections.flatMap(({ name: section, blocks }) =>
      blocks.flatMap((block) =>
        block.kind === 'figures' ? block.figures.map((figure) => [figure.name, figure, section, of] as const) : [],
      ),
    ),
  );

  test('every figure has numbers', () => {
    expect(figures.length).toBeGreaterThan(10);
    expect(figures.filter(([, ...figure]) => figureCsv(...figure) === undefined).map(([name]) => name)).toEqual([]);
  });

  test('learning curves have the mean and the range of the seeds at each epoch, by set', () => {
    const curve = figures.find(([name]) => name === 'stage-1-curves-1')?.[1];
    const [head, ...rows] = linesOf(curve?.csv ?? undefined);
    expect(head).toBe('who,set,epoch,mean,lowest,highest');
    const own = rows.map((row) => row.split(',')).filter(([who]) => who === 'this study');
    expect(new Set(own.map(([, set]) => set))).toEqual(new Set(['train', 'selection']));
    for (const [, , , mean, low, high] of own) {
      expect(Number(low)).toBeLessThanOrEqual(Number(mean));
      expect(Number(mean)).toBeLessThanOrEqual(Number(high));
    }
  });

  test('the drawing of the network has its layers, and the times of an epoch their seconds', () => {
    const csvOf = (name: string) => linesOf(figures.find((figure) => figure[0] === name)?.[1].csv ?? undefined);
    expect(csvOf('network-lenet5')[0]).toMatch(/^layer,/);
    expect(csvOf('network-lenet5').length).toBeGreaterThan(8);
    expect(csvOf('epoch-time')[0]).toBe('batch size,who,seconds an epoch');
    expect(csvOf('epoch-time')[1]).toMatch(/^\d+,this study,0?\.?\d+/);
  });
});
