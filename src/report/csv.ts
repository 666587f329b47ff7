/**
 * Tables as CSV (RFC 4180), first of all the trials of a study: one row a trial. Accuracy scores have 12 significant digits, other numbers
 * are unrounded.
 */
import { nameOfValue } from '../base/named-content.ts';
import { csvCell } from '../base/plain-text.ts';
import type { Value } from '../study/definition.ts';
import { secondsOf } from '../study/trial.ts';
import { levelAt, type StudyFacts, type TrialFacts } from './facts.ts';
import { proposalName } from './search-facts.ts';
import { rowsOf, type TextTable } from './table.ts';
import { factorsText } from './words/names.ts';
import { exactScore } from './words/numbers.ts';

type Cell = Value | undefined;

/**
 * Columns: trial, state, configuration (`C1`, ...), levels (`batchSize: 32; l2: 0`), every setting that the study fixes
 * or varies, seed, score, accuracy and loss on the set that selects and on the training set, epochs trained, seconds,
 * reason. Accuracies are fractions. `levels` lists the levels that use the trial; it is empty if no level does. In a
 * search it lists the phases that use the trial, and the number of its proposal (`search: #12; finals: #12`).
 */
export function trialsCsv(facts: StudyFacts): string {
  const names = settingNames(facts);
  const head = [...placeColumns, ...names.map(settingColumn), ...resultColumns];
  const rows = facts.trials.map((trial) => rowOf(trial, names, facts));
  return csvLines([head, ...rows]);
}

const placeColumns = ['trial', 'state', 'configuration', 'levels'] as const;
const resultColumns = [
  ...(['seed', 'score', 'selection_accuracy', 'selection_loss', 'train_accuracy', 'train_loss'] as const),
  ...(['epochs_trained', 'seconds', 'reason'] as const),
] as const;

/** If a hyperparameter has the name of another column, its own column is called `setting_<name>`. */
function settingColumn(name: string): string {
  return [...placeColumns, ...resultColumns].some((column) => column === name) ? `setting_${name}` : name;
}

/** Names of the settings of the base and of all levels. */
function settingNames({ definition, naming }: StudyFacts): string[] {
  return [...new Set([...Object.keys(definition.base), ...naming.varied])];
}

function rowOf(
  { trial, id, places, settings, search }: TrialFacts,
  names: readonly string[],
  facts: StudyFacts,
): Cell[] {
  const { number, state, seed, curve, score, reason } = trial;
  const last = curve.at(-1);
  // Epoch 0 is the untrained network, not a result.
  const trained = last && last.epoch > 0 ? last : undefined;
  const levels = search
    ? search.phases.map((phase) => `${phase}: ${proposalName(search.proposal)}`)
    : places.map((place) => `${factorsText(facts.stages[place.stage]!)}: ${levelAt(facts, place).view.level.label}`);
  return [
    number,
    state,
    id,
    levels.join('; '),
    ...names.map((name) => cellOf(settings[name])),
    seed,
    score === undefined ? undefined : exactScore(score, facts.definition.objective),
    trained?.selection?.accuracy,
    trained?.selection?.loss,
    trained?.train?.accuracy,
    trained?.train?.loss,
    last?.epoch,
    curve.length > 0 ? secondsOf(trial) : undefined,
    reason,
  ];
}

/** A setting as a cell: the content of a file by its name. */
function cellOf(value: Cell): Cell {
  return typeof value === 'string' ? nameOfValue(value) : value;
}

/** A table of the report as CSV. */
export function tableCsv(table: TextTable): string {
  return csvLines([table.columns.map(({ head }) => head), ...rowsOf(table)]);
}

function csvLines(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(cellText).join(',')}\r\n`).join('');
}

function cellText(cell: Cell): string {
  if (cell === undefined || cell === null) return '';
  // Negative numbers begin with `-` but are not formulas.
  return typeof cell === 'string' ? csvCell(cell) : String(cell);
}
