/** Checks of the parts that plans are made of. */
import { checkOptions, checkRecord, checkText, wrong } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import type { Level, Settings } from './definition.ts';

/** The places and entries of a list that must not be empty. */
export function entriesOf<T>(what: string, list: readonly T[]): [number, T][] {
  if (!Array.isArray(list)) throw wrong(what, 'a list', list);
  if (list.length === 0) throw new UsageError(`${what} is empty: at least one is needed`);
  return Array.from(list, (entry: T, index): [number, T] => [index, entry]);
}

export function checkLevels(what: string, levels: readonly Level[]): void {
  for (const [index, level] of entriesOf(what, levels)) {
    const where = `${what}[${index}]`;
    checkOptions(where, level, { label: true, settings: true, short: true });
    checkText(`${where}.label`, level.label);
    if (level.short !== undefined) checkText(`${where}.short`, level.short);
    checkSettings(`${where}.settings`, level.settings);
  }
}

export function checkSettings(what: string, settings: Settings): void {
  checkRecord(what, settings, 'values by name');
  for (const [name, value] of Object.entries(settings)) checkSetting(`${what}.${name}`, value);
}

export function checkSetting(what: string, value: unknown): void {
  const isFine = value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value);
  if (!isFine) throw wrong(what, 'a text, a finite number, true, false or null', value);
}
