/**
 * The work that takes too long for the thread that answers requests: facts, reports, comparisons, and everything that
 * reads models and data. Each kind of order has a function here.
 */

import { trialsCsv } from '../../report/csv.ts';
import type { StudyFacts } from '../../report/facts.ts';
import { lenetSource, runAnswers, type ShownOptions } from '../../report/lenet.ts';
import type { Answers } from '../../report/section.ts';
import { RunFolder } from '../../runner/run-folder.ts';
import { StudyFolder } from '../../runner/study-folder.ts';
import type { StudyRecord } from '../../store/store.ts';
import { OwnStudy } from '../live/own-study.ts';
import type { AnswersView, ComparisonView, DisagreementView, Facts } from '../protocol.ts';
import { Refusal } from '../refusal.ts';
import { answersView, disagreementView } from './answers-view.ts';
import { candidateNamed, comparisonView, completeComparedTrials } from './comparison.ts';
import { factsOf, factsView, reportView, type StudySummary, summaryOf } from './study-facts.ts';

/** What each kind of order asks for, and what it gives. `folder`: of the study or run. */
export interface DeskOrders {
  summary: { order: { folder: string }; result: { position: string; summary: StudySummary } };
  facts: { order: { folder: string }; result: Facts & { readonly summary: StudySummary } };
  csv: { order: { folder: string }; result: string };
  compare: { order: { folder: string; a: string; b: string }; result: ComparisonView };
  answers: { order: { folder: string; trial: number; shown: ShownOptions }; result: AnswersView };
  disagreement: {
    order: { folder: string; a: string; b: string; seed: number; shown: ShownOptions };
    result: DisagreementView;
  };
  runAnswers: { order: { folder: string; shown: ShownOptions }; result: AnswersView };
}
export type OrderKind = keyof DeskOrders;

type Works = { readonly [K in OrderKind]: (order: DeskOrders[K]['order']) => Promise<DeskOrders[K]['result']> };

/** Carries out an order. @throws UsageError, WorldError, Refusal. */
export type DoWork = <K extends OrderKind>(kind: K, order: DeskOrders[K]['order']) => Promise<DeskOrders[K]['result']>;

/** Work that remembers the studies that were asked for last. */
export function deskWork(): DoWork {
  const studies = new KnownStudies();
  const works: Works = {
    async summary({ folder }) {
      const { facts, position } = await studies.get(folder);
      return { position, summary: summaryOf(facts) };
    },
    async facts({ folder }) {
      const { facts, position, study, record } = await studies.get(folder);
      const view = factsView(facts, (trial) => study.row(trial)?.configuration);
      return { position, ...view, sections: await reportView(facts, record, folder), summary: summaryOf(facts) };
    },
    async csv({ folder }) {
      return trialsCsv((await studies.get(folder)).facts);
    },
    async compare({ folder, a, b }) {
      return comparisonView((await studies.get(folder)).facts, a, b);
    },
    async answers({ folder, trial, shown }) {
      const { facts, record } = await studies.get(folder);
      const answers = await answersOf(record, { folder, trial, shown });
      return answersView(answers, facts.measure.set ?? 'test', dataName(record));
    },
    async disagreement({ folder, a, b, seed, shown }) {
      const { facts, record } = await studies.get(folder);
      const trials = completeComparedTrials(candidateNamed(a, facts), candidateNamed(b, facts));
      const [first, second] = trials.map((own) => own.find((trial) => trial.seed === seed));
      if (!first || !second) throw new Refusal(404, `${first ? b : a} has no finished trial with seed ${seed}.`);
      const of = (trial: number) => answersOf(record, { folder, trial, shown });
      return disagreementView(seed, [await of(first.number), await of(second.number)], dataName(record));
    },
    async runAnswers({ folder, shown }) {
      const { answers, set, data } = await runAnswers(new RunFolder(folder), shown);
      return answersView(answers, set, data);
    },
  };
  return (kind, order) => works[kind](order);
}

/** Studies of our first versions, which do not name their data, are of MNIST. */
function dataName({ data }: StudyRecord): string {
  return data?.name ?? 'mnist';
}

interface Known {
  readonly study: OwnStudy;
  readonly record: StudyRecord;
  readonly facts: StudyFacts;
  readonly position: string;
}

/** The most studies that are remembered. A large one takes some hundred megabytes. */
const mostKnown = 2;

class KnownStudies {
  readonly #studies = new Map<string, { readonly study: OwnStudy; known?: Known }>();

  /** The newest facts of a study. Only what was appended to its journal is read again. */
  async get(folder: string): Promise<Known> {
    const entry = this.#studies.get(folder) ?? { study: new OwnStudy(folder, { id: '', path: '' }) };
    this.#studies.delete(folder);
    this.#studies.set(folder, entry);
    const [oldest] = this.#studies.keys();
    if (this.#studies.size > mostKnown) this.#studies.delete(oldest!);
    const { study } = entry;
    await study.look();
    const { position, record } = study;
    if (entry.known?.position === position) return entry.known;
    if (!record) throw new Refusal(409, 'Nothing is recorded in this study yet.');
    entry.known = { study, record, position, facts: factsOf(record) };
    return entry.known;
  }
}

async function answersOf(
  record: StudyRecord,
  { folder, trial, shown }: { readonly folder: string; readonly trial: number; readonly shown: ShownOptions },
): Promise<Answers> {
  if (!record.trials.some(({ number }) => number === trial)) throw new Refusal(404, `There is no trial ${trial}.`);
  const found = await lenetSource(record, new StudyFolder(folder), shown).answers?.(trial);
  if (found === undefined || typeof found === 'string') throw new Refusal(409, found ?? 'This task keeps no answers.');
  return found;
}
