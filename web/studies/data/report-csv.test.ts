/** The numbers behind figures of the report. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sectionCsv } from './report-csv.ts';

const shown = (fixture: string) => ({
  show: JSON.parse(readFileSync(new URL(`../../../test/fixtures/${fixture}/show.json`, import.meta.url), 'utf8')),
});

test('levels of stages have a row each, with their scores by seed', () => {
  const lines = sectionCsv('stages', shown('format-6/post'))!.trim().split('\r\n');
  expect(lines[0]).toContain('stage,configuration,level,standing,mean');
  expect(lines).toHaveLength(1 + 2 + 2 + 3);
  expect(lines[1]).toMatch(/^1,C1,128,worse,48\.66\d+,/);
  expect(lines[1]).toMatch(/50\.5,47\.5,48/);
});

test('proposals of a search have a row each, with their values and the score at each rung', () => {
  const { show } = shown('format-7/search');
  const lines = sectionCsv('searchCharts', { show })!.trim().split('\r\n');
  expect(lines[0]).toBe(
    'proposal,configuration,state,optimizer,learningRate,weightDecay,score after epoch 1,score after epoch 3',
  );
  expect(lines).toHaveLength(1 + show.search.proposals.length);
  expect(lines[1]).toMatch(/^0,C0,stopped,adam,0\.0003,,29\.5/);
});

test('a figure that shows no numbers of the study has none', () =>
  expect(sectionCsv('network', shown('format-6/post'))).toBeUndefined());
