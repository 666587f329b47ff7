/** A study as text for a terminal: tables and sentences that fit the terminal's width. */
import Table from 'cli-table3';
import columnsOf from 'string-width';
import { UsageError } from '../base/errors.ts';
import { visible } from '../base/plain-text.ts';
import { isSeedRule, type StudyDefinition } from '../study/definition.ts';
import { describePlan, seedsText } from '../study/strategies.ts';
import type { Candidate } from './candidates.ts';
import { contests, type StageFacts, type StudyFacts } from './facts.ts';
import { foreignTable } from './foreign-table.ts';
import { settingsText } from './naming.ts';
import { claimsTable, confirmationTable, finalsTable } from './search-tables.ts';
import { stepTable, terminalStageTable } from './stage-tables.ts';
import { notesOf, rowsOf, type TextTable } from './table.ts';
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

/**
 * A table for a terminal of `width` columns, at least 40. If the table is too wide, columns of rank 5 and above are
 * left out first, then cells are broken at spaces, then columns of lower ranks are left out, then words are broken. A
 * line below names the columns left out.
 *
 * Below `listBelow` columns, 40 by default, a table whose words would break becomes a list.
 */
export function terminalTable(
  { columns: given, note }: Pick<TextTable, 'columns' | 'note'>,
  width: number,
  { listBelow = leastTableWidth }: { readonly listBelow?: number } = {},
): string {
  const columns = given.map((column) => ({
    ...column,
    head: visible(column.head),
    cells: column.cells.map(visible),
  }));
  const wide = columns.map(({ head, cells }) => widthOf(head, cells, { head: 11, cell: Number.POSITIVE_INFINITY }));
  const tight = columns.map(({ head, cells, align }) => widthOf(head, cells, { head: 0, cell: align ? 100 : 14 }));
  const least = columns.map(({ head, cells, align }) => widthOf(head, cells, { head: 0, cell: align ? 100 : 0 }));
  const byRank = [...columns.keys()]
    .filter((column) => (columns[column]!.rank ?? 0) > 0)
    .sort((a, b) => columns[b]!.rank! - columns[a]!.rank!);
  const shown = new Set(columns.keys());
  const fits = (widths: readonly number[]) => frameWidth([...shown].map((column) => widths[column]!)) <= width;
  for (const column of byRank) if (columns[column]!.rank! >= firstToGo && !fits(wide)) shown.delete(column);
  const widths = fits(wide) ? wide : tight;
  for (const column of byRank) if (!fits(least)) shown.delete(column);
  const left = [...shown];
  if (width < listBelow && left.length > 1 && !fits(least)) return listedRows({ columns, note }, width);
  const narrow = squeezed(
    left.map((column) => ({ width: widths[column]!, least: least[column]! })),
    width,
  );
  const inCell = (text: string, i: number) => broken(text, narrow[i]! - padding);
  const table = new Table({
    head: left.map((column, i) => inCell(columns[column]!.head, i)),
    colWidths: [...narrow],
    colAligns: left.map((column) => columns[column]!.align ?? 'left'),
    style: { head: [], border: [], compact: true },
  });
  const count = columns[0]?.cells.length ?? 0;
  for (let row = 0; row < count; row++) table.push(left.map((column, i) => inCell(columns[column]!.cells[row]!, i)));
  const gone = columns.filter(({ head }, column) => head !== '' && !shown.has(column)).map(({ head }) => head);
  const notes = [
    ...(gone.length > 0 ? [`Left out for width: ${gone.join(', ')}.`] : []),
    ...notesOf({ columns: left.map((column) => columns[column]!), note }),
  ];
  return [table.toString(), ...notes.map((line) => wrapped(line, width))].join('\n');
}

/** Columns of a terminal below which a table that does not fit would break most of its words. */
const leastTableWidth = 40;

/** The rows of a table as blocks of lines `head: cell`, for terminals that are too narrow for a table. */
function listedRows({ columns, note }: Pick<TextTable, 'columns' | 'note'>, width: number): string {
  const shown = columns.filter(({ rank = 0 }) => rank < firstToGo);
  const gone = columns.filter((column) => column.head !== '' && !shown.includes(column)).map(({ head }) => head);
  const blocks = rowsOf({ columns: shown }).map((cells) =>
    cells.flatMap((cell, i) => (cell === '' ? [] : [broken(`${shown[i]!.head}: ${cell}`, width)])).join('\n'),
  );
  const notes = [
    ...(gone.length > 0 ? [`Left out for width: ${gone.join(', ')}.`] : []),
    ...notesOf({ columns: shown, note }),
  ];
  return [...blocks, ...notes.map((line) => wrapped(line, width))].join('\n\n');
}

/** Columns of this rank and above are left out before any cell is broken. */
const firstToGo = 5;

/** A space on both sides of a cell. */
const padding = 2;

/** With the lines between the columns. */
function frameWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + 1 + width, 1);
}

/**
 * Narrows columns by one character at a time until the table fits: the widest column whose words still fit, or, if
 * there is none, the widest of all. Words break there.
 */
function squeezed(
  columns: readonly { readonly width: number; readonly least: number }[],
  most: number,
): readonly number[] {
  const narrow = columns.map(({ width }) => width);
  while (frameWidth(narrow) > most) {
    const roomy = [...narrow.keys()].filter((i) => narrow[i]! > columns[i]!.least);
    const from = roomy.length > 0 ? roomy : [...narrow.keys()];
    const widest = from.reduce((best, i) => (narrow[i]! > narrow[best]! ? i : best));
    if (narrow[widest]! <= padding + 2) break;
    narrow[widest]!--;
  }
  return narrow;
}

/** Lines of at most `width` columns, at least 2, broken at spaces; a longer word breaks between any two characters. */
function broken(text: string, width: number): string {
  const words = text.split(' ').flatMap((word) => piecesOf(word, width));
  return wrapped(words.join(' '), width);
}

/** The word in pieces of at most `width` columns. Neither a surrogate pair nor a letter and its accents are separated. */
function piecesOf(word: string, width: number): string[] {
  const pieces = [''];
  for (const character of word) {
    const longer = pieces.at(-1)! + character;
    if (columnsOf(longer) > width) pieces.push(character);
    else pieces[pieces.length - 1] = longer;
  }
  return pieces;
}

/** The text with at most `width` columns; a longer one ends in an ellipsis. */
export function shortened(text: string, width: number): string {
  const shown = visible(text);
  return columnsOf(shown) <= width ? shown : `${piecesOf(shown, width - 1)[0]}…`;
}

/** The width of a column with its padding; longer heads and cells break at spaces. */
function widthOf(
  head: string,
  cells: readonly string[],
  most: { readonly head: number; readonly cell: number },
): number {
  const needed = cells.map((cell) => Math.max(Math.min(most.cell, columnsOf(cell)), longestWord(cell)));
  return padding + Math.max(Math.min(most.head, columnsOf(head)), longestWord(head), ...needed);
}

function longestWord(text: string): number {
  return Math.max(...text.split(' ').map(columnsOf));
}

/**
 * A line of text broken at spaces into lines of at most `width` columns, where words allow. Characters that would
 * act on the terminal are written out, line breaks among them.
 */
export function wrapped(text: string, width: number, indent = ''): string {
  const lines: string[] = [];
  let [line, columns] = ['', 0];
  for (const word of visible(text).split(' ')) {
    const more = columnsOf(word);
    if (line !== '' && indent.length + columns + 1 + more > width) {
      lines.push(indent + line);
      [line, columns] = [word, more];
    } else if (line === '') [line, columns] = [word, more];
    else [line, columns] = [`${line} ${word}`, columns + 1 + more];
  }
  return [...lines, indent + line].join('\n');
}
