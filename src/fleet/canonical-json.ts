/** Canonical JSON: equal data give equal text, so that their SHA-256 can be their name. */
import { isRecord, shown } from '../base/argument.ts';

/**
 * JSON without white space and with the keys of every object sorted. A field that is undefined counts as absent.
 * @throws TypeError for values that JSON cannot hold exactly: functions, NaN, infinite numbers, objects of classes.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isRecord(value)) throw new TypeError(`canonical JSON cannot hold ${shown(value)}`);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`);
  return `{${fields.join(',')}}`;
}
