/**
 * Invalid attributes of a journal: each is refused by name or shown; no command prints a stack trace.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UsageError, WorldError } from '../src/base/errors.ts';
import { trialsCsv } from '../src/report/csv.ts';
import { showJson } from '../src/report/json.ts';
import { lenetSource, readLenetStudy } from '../src/report/lenet.ts';
import { reportBlocks } from '../src/report/sections.ts';
import { compareText, showText } from '../src/report/terminal.ts';
import { StudyFolder } from '../src/runner/study-folder.ts';
import { JournalStore, readStudy } from '../src/store/journal-store.ts';
import { resealed } from '../src/store/resealed.testing.ts';
import type { StudyDefinition } from '../src/study/definition.ts';
import { checkExtends, followStudy } from '../src/study/strategies.ts';
import { TrialTable } from '../src/study/trial.ts';
import { lenetSettings } from '../src/tasks/lenet/configuration.ts';

const folder = mkdtempSync(join(tmpdir(), 'lenet-attributes-'));
const path = join(folder, 'study.journal');

/** The outcome of `study show`, `compare`, `export`, `report` and `run` for a journal. */
async function everything(definition: StudyDefinition, isReported: boolean): Promise<void> {
  if (!readStudy(path)) return;
  const { record, facts } = readLenetStudy(new StudyFolder(folder));
  showText(facts, { width: 100, state: '' });
  JSON.stringify(showJson(facts));
  trialsCsv(facts);
  compareText(facts, 'C1', 'C2', 100);
  if (isReported) await reportBlocks(facts, lenetSource(record, new StudyFolder(folder)));
  // As `study run` does with the unchanged study file.
  const { dataHash, sessions } = record;
  await new JournalStore(path).open({ definition, dataHash, environment: sessions[0]!.environment }, (before) => {
    checkExtends(before.definition, definition);
    followStudy(definition, new TrialTable(lenetSettings, before.trials));
  });
}

/** Copies of the value, each with one part replaced or one key removed. */
function* wrongly(value: unknown): Generator<unknown> {
  for (const other of [null, 7, -1, 1e30, '', 'x', true, [], [null], {}, { a: null }]) yield other;
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) for (const other of wrongly(item)) yield value.with(at, other);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      yield Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
      for (const other of wrongly(item)) yield { ...value, [key]: other };
    }
  }
}

describe.each(['post', 'held-out'])('a damaged attribute of %s', (name) => {
  const text = readFileSync(new URL(`fixtures/format-5/${name}/study.journal`, import.meta.url), 'utf8');
  const lines = text.split('\n').slice(0, -1);
  writeFileSync(path, text);
  const { definition } = readStudy(path)!;
  const seen = new Set<string>();
  // The last line of each kind is the one that counts; the attributes of other epochs are alike.
  const attributes = [...lines.entries()].reverse().flatMap(([index, line]) => {
    const { op_code, user_attr } = JSON.parse(line);
    const [key] = Object.keys(user_attr ?? {});
    const kind = `${op_code} ${key?.replace(/:\d+/, '')}`;
    if (key === undefined || seen.has(kind)) return [];
    seen.add(kind);
    return [{ index, key }];
  });

  test.each(attributes)('$key', async ({ index, key }) => {
    const operation = JSON.parse(lines[index]!);
    let [refused, tried] = [0, 0];
    const values = [...wrongly(operation.user_attr[key])];
    // A definition has some thousand parts: an even sample of them is tried.
    const step = Math.ceil(values.length / 250);
    for (const value of values.filter((_, at) => at % step === 0)) {
      const line = JSON.stringify({ ...operation, user_attr: { [key]: value } });
      writeFileSync(path, resealed(`${lines.with(index, line).join('\n')}\n`));
      tried++;
      try {
        // A report takes a tenth of a second.
        await everything(definition, tried % 20 === 0);
      } catch (error) {
        const what = `${key} = ${JSON.stringify(value).slice(0, 300)}: ${error instanceof Error ? error.stack : error}`;
        expect(error instanceof WorldError || error instanceof UsageError, what).toBe(true);
        // The definition may also be that of another study, or have no second configuration to compare.
        const { message } = error as Error;
        const isSound = /^(the study file differs|there is no configuration)/.test(message);
        expect(isSound || message.includes(folder), what).toBe(true);
        refused++;
      }
    }
    expect(tried).toBeGreaterThan(10);
    expect(refused).toBeGreaterThan(5);
  });
});
