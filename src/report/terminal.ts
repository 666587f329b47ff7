/** A study as text for a terminal: tables and sentences that fit the terminal's width. */
import { UsageError } from '../base/errors.ts';
import { isSeedRule, type StudyDefinition } from '../study/definition.ts';
import { describePlan, seedsText } from '../study/strategies.ts';
import type { Candidate } from './candidates.ts';
import { contests, type StageFacts, type StudyFacts } from './facts.ts';
import { foreignTable } from './foreign-table.ts';
import { settingsText } from './naming.ts';
import { claimsTable, confirmationTable, finalsTable } from './search-tables.ts';
import { stepTable, terminalStageTable } from './stage-tables.ts';
import { terminalTable, wrapped } from './terminal-table.ts';
import { comparisonLines, findConfiguration } from './words/comparison.ts';
import { varianceFindings, varianceLimits, varianceTable } from './words/importance.ts';
import { labelOf, shortName, stageTitle } from './words/names.ts';
import { countText, scoreText } from './words/numbers.ts';
import { dataSentence, outcome, protocolSentence, teachersSentence } from './words/outcome.ts';
import { remarks } from './words/remarks.ts';
import { searchSummary } from './words/search.ts';
import { verdict } from './words/verdict.ts';

/** A stage: its table, verdict and remarks; of a search its phases. */
export function stageText(facts: StudyFacts, index: number, width: number): string {
  if (facts.search) return searchText(facts, width);
  const stage = facts.stages[index]!;
  const table = terminalStageTable(stage, facts);
  const steps = stage.steps.length > 0 ? stepTable(stage, facts) : undefined;
  return [
    wrapped(stageTitle(stage, facts), width),
    terminalTable(table, width),
    ...(steps ? ['', wrapped(`${steps.caption}:`, width), terminalTable(steps, width)] : []),
    wrapped(verdict(stage, facts).join(' '), width),
    ...remarks(stage, facts).map((remark) => wrapped(remark, width)),
    ...varianceText(stage, facts, width),
  ].join('\n');
}

/** Maximum number of finalists in a terminal, beside the base. */
const mostFinalists = 6;

/** A search: what it did, its finals and its confirmation. Empty for other studies. */
function searchText(facts: StudyFacts, width: number): string {
  const { search } = facts;
  if (!search) return '';
  const tables = [
    finalsTable(facts, search, mostFinalists),
    confirmationTable(facts, search),
    claimsTable(facts, search),
  ];
  return [
    wrapped(searchSummary(facts, search).join(' '), width),
    ...tables.flatMap((table) => (table ? [wrapped(`${table.caption}:`, width), terminalTable(table, width)] : [])),
  ].join('\n');
}

/** What the hyperparameters of a grid explain; empty for other stages. */
function varianceText(stage: StageFacts, facts: StudyFacts, width: number): string[] {
  const table = varianceTable(stage);
  if (!table) return [];
  return [
    '',
    wrapped(`${table.caption}:`, width),
    terminalTable(table, width),
    wrapped([...varianceFindings(stage), ...varianceLimits(stage, facts)].join(' '), width),
  ];
}

/**
 * The outcome of a study, one sentence a line and not broken at the width: the winner, how sure that is, how the data
 * were used.
 */
export function outcomeLines(facts: StudyFacts): string[] {
  const { headline, details } = outcome(facts);
  const protocol = protocolSentence(facts);
  return [...headline, ...details, ...(protocol === undefined ? [] : [protocol]), ...foreignLine(facts)];
}

/** A study's end mentions the trials of other programs; `study show` has them. */
function foreignLine({ foreign: { length } }: StudyFacts): string[] {
  if (length === 0) return [];
  const [trials, are, them] =
    length === 1 ? ['One trial', 'is', 'it'] : [`${length.toLocaleString('en-US')} trials`, 'are', 'them'];
  return [
    `${trials} of other programs ${are} in the journal; study show lists ${them}, and this study leaves ${them} alone.`,
  ];
}

/** Maximum number of rows in the table of trials of other programs. */
const mostForeign = 20;

function foreignText(facts: StudyFacts, width: number): string[] {
  const { length } = facts.foreign;
  if (length === 0) return [];
  return [
    wrapped(`Trials of other programs, which are left alone: ${length.toLocaleString('en-US')}.`, width),
    terminalTable(foreignTable(facts, mostForeign), width),
    '',
  ];
}

/** `post: batchSize, then l2, ...; 3 seeds (1, 2, 3)`. */
export function studyTitle(definition: StudyDefinition): string {
  const { name, seeds, plan } = definition;
  if (plan.kind === 'search') return `Study ${name}: ${describePlan(definition)}`;
  const trained = isSeedRule(seeds)
    ? `seeds ${seedsText(seeds)}`
    : `${countText(seeds.length, 'seed')} (${seedsText(seeds)})`;
  return `Study ${name}: ${describePlan(definition)}; ${trained}`;
}

/** What a study has found so far. @param state a sentence that says whether a process runs the study; may be empty. */
export function showText(
  facts: StudyFacts,
  { width, state }: { readonly width: number; readonly state: string },
): string {
  const about = [dataSentence(facts), protocolSentence(facts), teachersSentence(facts)].map((line) => line ?? '');
  const lines = [studyTitle(facts.definition), ...about, state]
    .filter((line) => line !== '')
    .map((line) => wrapped(line, width));
  const { headline, details } = outcome(facts);
  const paused = pausedTrials(facts);
  const running = facts.trials.flatMap(({ trial: { number, state: of, curve } }) =>
    of === 'running' && !paused.has(number)
      ? [`trial ${number} has done ${countText(Math.max(0, curve.length - 1), 'epoch')}`]
      : [],
  );
  return [
    ...lines,
    '',
    ...(facts.search ? [searchText(facts, width), ''] : []),
    ...contests(facts).flatMap((_, index) => [stageText(facts, index, width), '']),
    ...running,
    ...(paused.size > 0 ? [wrapped(pausedText(paused.size, facts), width)] : []),
    ...foreignText(facts, width),
    ...[...headline, ...details].map((line) => wrapped(line, width)),
  ].join('\n');
}

function pausedText(count: number, { finished }: StudyFacts): string {
  const wait = `${countText(count, 'trial')} ${count === 1 ? 'waits' : 'wait'} at a rung`;
  return finished ? `${wait}; with a larger budget some may go on.` : `${wait} and may go on or be stopped there.`;
}

/** Trials of a search that wait at a rung. In the record they are running. */
function pausedTrials({ search }: StudyFacts): Set<number> {
  const proposals = search?.view.proposals ?? [];
  return new Set(
    proposals.flatMap(({ state, trial }) => (state === 'paused' && trial?.state === 'running' ? [trial.number] : [])),
  );
}

/** `batchSize 32, l2 0: 98.86`; empty before the study is finished. */
export function winnerText({ winner, naming, definition }: StudyFacts): string {
  if (!winner?.summary) return '';
  return `${settingsText(winner.view.settings, naming)}: ${scoreText(winner.summary.mean, definition.objective)}`;
}

/**
 * Compares two configurations, given by their names (`C2`) or labels. @throws UsageError listing the configurations of
 * the study.
 */
export function compareText(facts: StudyFacts, first: string, second: string, width: number): string {
  return comparisonLines(find(first, facts), find(second, facts), facts)
    .map((line) => wrapped(line, width))
    .join('\n');
}

function find(wanted: string, facts: StudyFacts): Candidate {
  const answer = findConfiguration(wanted, facts, (level) => [
    level.view.level.label,
    labelOf(level, facts),
    shortName(level, facts),
  ]);
  if (answer.found) return answer.found;
  const mostListed = 20;
  const choices = answer.choices.slice(0, mostListed).map(({ id, label }) => `${id} (${label})`);
  const more = answer.choices.length > mostListed ? ` and ${answer.choices.length - mostListed} more` : '';
  const problem = answer.isAmbiguous
    ? `"${wanted}" names several configurations`
    : `there is no configuration "${wanted}"`;
  throw new UsageError(`${problem}: give one of ${choices.join(', ')}${more}`);
}
