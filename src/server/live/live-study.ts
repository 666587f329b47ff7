/** A study that is followed while others work on it: its head, and the rows that changed after a place in its journal. */

import type { Look } from '../../store/journal-follower.ts';
import { configurationKey } from '../../study/trial.ts';
import type { ConfigurationRow, StudyHead, TrialRow } from '../protocol.ts';

/** Rows as JSON: they are made once, when a trial has changed, and sent to any number of pages. */
export interface ChangedRows {
  /** `{"trials":[...],"configurations":[...]}` */
  readonly json: string;
  readonly count: number;
}

/** What a page can follow: a study of ours, or one of another program. */
export interface LiveStudy {
  /** Reads what was appended: all, or at least some of it in this time. @throws WorldError for a damaged journal. */
  look(mostMs?: number): Promise<Look>;
  /** Whether more was appended than the last look had time for. */
  readonly isBehind: boolean;
  /** Grows when the journal is replaced, and everything known before is void. */
  readonly generation: number;
  readonly offset: number;
  readonly position: string;
  /** The offset of a place, if it lies in this journal. */
  find(position: string): Promise<number | undefined>;
  /** Undefined while nothing is recorded yet. @throws WorldError for a damaged journal. */
  head(): StudyHead | undefined;
  rowsAfter(offset: number): ChangedRows;
  row(number: number): TrialRow | undefined;
  rows(): readonly TrialRow[];
  /** The settings of a trial, as its row's configuration has them. */
  settingsOf(number: number): ConfigurationRow['settings'];
}

/** The rows of a journal, each made once. */
export class RowTable {
  readonly #rows = new Map<number, { readonly row: TrialRow; readonly json: string }>();
  readonly #configurations = new Map<number, { readonly row: ConfigurationRow; readonly json: string }>();
  readonly #indices = new Map<string, number>();

  clear(): void {
    this.#rows.clear();
    this.#configurations.clear();
    this.#indices.clear();
  }

  set(key: number, row: TrialRow): void {
    this.#rows.set(key, { row, json: JSON.stringify(row) });
  }

  get(key: number): TrialRow | undefined {
    return this.#rows.get(key)?.row;
  }

  all(): TrialRow[] {
    return [...this.#rows.values()].map(({ row }) => row);
  }

  /** The settings of the trial of a row. */
  settingsOf(row: TrialRow | undefined): ConfigurationRow['settings'] {
    return (row && this.#configurations.get(row.configuration)?.row.settings) ?? {};
  }

  /** The index of the settings of trials of ours. @param settings of them as the page shows them. */
  indexOf(configuration: Parameters<typeof configurationKey>[0], settings: () => ConfigurationRow['settings']): number {
    const key = configurationKey(configuration);
    const known = this.#indices.get(key);
    if (known !== undefined) return known;
    const index = this.#indices.size;
    this.#indices.set(key, index);
    this.setConfiguration({ index, settings: settings() });
    return index;
  }

  setConfiguration(row: ConfigurationRow): void {
    this.#configurations.set(row.index, { row, json: JSON.stringify(row) });
  }

  /** The rows with these keys, as far as they exist, and their configurations. */
  changed(keys: Iterable<number>): ChangedRows {
    const rows = [...keys].flatMap((key) => this.#rows.get(key) ?? []);
    const indices = new Set(rows.map(({ row }) => row.configuration));
    const configurations = [...indices].flatMap((index) => this.#configurations.get(index)?.json ?? []);
    const trials = rows.map(({ json }) => json).join();
    return { json: `{"trials":[${trials}],"configurations":[${configurations.join()}]}`, count: rows.length };
  }
}
