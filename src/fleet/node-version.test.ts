import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { leastNode, olderNodeNote } from './node-version.ts';

test.each(['20.19.0', '22.11.9', '21.7.3'])('Node %s is named as older than what pg-boss asks for', (version) => {
  expect(olderNodeNote(version)).toContain(`Node 22.12 or later; this is Node ${version}`);
});

test.each(['22.12.0', '22.20.1', '23.0.0', '24.11.1'])('Node %s is new enough', (version) => {
  expect(olderNodeNote(version)).toBeUndefined();
});

test('the version is the one that pg-boss declares', () => {
  const path = createRequire(import.meta.url).resolve('pg-boss/package.json');
  const { engines } = JSON.parse(readFileSync(path, 'utf8')) as { readonly engines: { readonly node: string } };
  expect(engines.node).toBe(`>=${leastNode}.0`);
});
