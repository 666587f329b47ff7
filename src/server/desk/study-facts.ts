/** The facts of a study for the page: numbers, sentences and the sections of its report. */

import { tableCsv } from '../../report/csv.ts';
import { type LevelFacts, levelAt, type StudyFacts, studyFacts } from '../../report/facts.ts';
import { picture, renderBlock } from '../../report/html.ts';
import { showJson } from '../../report/json.ts';
import { lenetFacts, lenetSource } from '../../report/lenet.ts';
import { settingsText } from '../../report/naming.ts';
import type { ReportSource } from '../../report/section.ts';
import { reportSections } from '../../report/sections.ts';
import { stageTitle } from '../../report/words/names.ts';
import { scoreText } from '../../report/words/numbers.ts';
import { outcome } from '../../report/words/outcome.ts';
import { remarks } from '../../report/words/remarks.ts';
import { verdict } from '../../report/words/verdict.ts';
import { upgradedRecord } from '../../runner/older-records.ts';
import { StudyFolder } from '../../runner/study-folder.ts';
import type { StudyRecord } from '../../store/store.ts';
import { objectives } from '../../study/definition.ts';
import { isBetter, isComplete } from '../../study/trial.ts';
import { isOfNetworks, settingsOf } from '../live/recorded-settings.ts';
import type { ConfigurationName, Entry, Facts, ReportBlock, ReportSection, ShowJson } from '../protocol.ts';

/** The facts of a record, of our networks or of another task. */
export function factsOf(record: StudyRecord): StudyFacts {
  const settings = settingsOf(record);
  return isOfNetworks(record) ? lenetFacts(upgradedRecord(record, settings)) : studyFacts(record, settings);
}

/** @param indexOf the index of the configuration of a trial, by the trial's number. */
export function factsView(
  facts: StudyFacts,
  indexOf: (trial: number) => number | undefined,
): Omit<Facts, 'position' | 'sections'> {
  const { headline, details } = outcome(facts);
  return {
    // The page reads the fields that ShowJson names; showJson() writes them and more.
    show: showJson(facts) as ShowJson,
    outcome: [...headline, ...details],
    stages: facts.stages.map((stage) => ({
      title: stageTitle(stage, facts),
      sentences: [...verdict(stage, facts), ...remarks(stage, facts)],
    })),
    names: namesOf(facts, indexOf),
    counts: facts.counts,
    secondsLeft: secondsLeft(facts),
  };
}

/** The report without the sections that need pictures of the data. */
export async function reportView(facts: StudyFacts, record: StudyRecord, folder: string): Promise<ReportSection[]> {
  // Without answers: reading models and data takes longer than the page should wait for its facts.
  const model = isOfNetworks(record) ? lenetSource(record, new StudyFolder(folder)).model : undefined;
  const source: ReportSource = model ? { model } : {};
  return (await reportSections(facts, source)).map(({ name, blocks }) => ({
    name,
    blocks: blocks.map((block): ReportBlock => {
      if (block.kind !== 'figures') return { kind: 'html', html: renderBlock(block) };
      const figures = block.figures.map((figure) => ({
        name: figure.name,
        caption: figure.caption,
        alt: figure.alt ?? figure.caption,
        html: picture(figure),
        csv: figure.numbers ? tableCsv(figure.numbers) : null,
      }));
      return { kind: 'figures', figures };
    }),
  }));
}

function namesOf(facts: StudyFacts, indexOf: (trial: number) => number | undefined): ConfigurationName[] {
  const trials = new Map<string, StudyFacts['trials'][number]>();
  for (const each of facts.trials) if (each.id !== undefined && !trials.has(each.id)) trials.set(each.id, each);
  const ids = new Set([...trials.keys(), ...facts.configurations.keys()]);
  return [...ids].map((id) => {
    const places = facts.configurations.get(id) ?? [];
    const trial = trials.get(id);
    const last = places.at(-1);
    const level = last && levelAt(facts, last);
    const settings = level?.view.settings ?? trial?.settings ?? {};
    return {
      index: (trial && indexOf(trial.trial.number)) ?? null,
      id,
      label: settingsText(settings, facts.naming),
      places,
      standing: level?.judgement.standing ?? null,
    };
  });
}

/** From the mean time of a trial so far; null where none has ended or nothing is left. */
function secondsLeft({ counts, coreSeconds, sessions, finished }: StudyFacts): number | null {
  const left = counts.expected - counts.ended;
  const jobs = sessions.at(-1)?.environment.jobs ?? 1;
  if (finished || left <= 0 || counts.ended === 0) return null;
  // What running trials have done already is part of both numbers.
  return Math.max(0, (coreSeconds / counts.ended) * left) / Math.max(1, jobs);
}

/** What the list of studies says of a study, but for who works on it. */
export type StudySummary = Pick<Entry, 'name' | 'progress' | 'best' | 'verdict' | 'secondsLeft'> & {
  /** `open`: it is neither finished nor stuck. */
  readonly ended: 'finished' | 'stuck' | 'open';
};

export function summaryOf(facts: StudyFacts): StudySummary {
  const { definition, counts, finished, stuck } = facts;
  const { headline } = outcome(facts);
  return {
    name: definition.name,
    progress: { ended: counts.ended, expected: counts.expected, failed: counts.failed },
    best: bestOf(facts),
    verdict: headline.slice(0, 2).join(' ') || null,
    secondsLeft: secondsLeft(facts),
    ended: finished ? 'finished' : stuck === undefined ? 'open' : 'stuck',
  };
}

function bestOf(facts: StudyFacts): Entry['best'] {
  const { definition, stages, winner, naming } = facts;
  const { objective } = definition;
  const text = (value: number) => `${scoreText(value, objective)}${objectives[objective].unit}`;
  const levels = winner ? [winner] : (stages.at(-1)?.levels ?? []);
  const best = levels.reduce<LevelFacts | undefined>((found, level) => {
    if (!level.summary || level.judgement.standing === 'failed') return found;
    return !found?.summary || isBetter(level.summary.mean, found.summary.mean, objective) ? level : found;
  }, undefined);
  if (best?.summary) {
    const of = settingsText(best.view.settings, naming);
    return { value: best.summary.mean, text: text(best.summary.mean), of: `${best.id}: ${of}` };
  }
  let found: StudyFacts['trials'][number] | undefined;
  for (const each of facts.trials) {
    if (isComplete(each.trial) && (!found || isBetter(each.trial.score, found.trial.score!, objective))) found = each;
  }
  if (found?.trial.score === undefined) return null;
  const of = settingsText(found.settings, naming);
  return { value: found.trial.score, text: text(found.trial.score), of: found.id ? `${found.id}: ${of}` : of };
}
