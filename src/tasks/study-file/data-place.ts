/** Where a study file finds its data. */
import { isMap, isScalar, parseDocument } from 'yaml';

/**
 * The text of a study file with another place of its data, so that a copy elsewhere finds them. Nothing else changes,
 * comments included. A file that names no data stays as it is.
 */
export function withDataPlace(text: string, place: string): string {
  const data: unknown = parseDocument(text).get('data', true);
  const found: unknown = isMap(data) ? data.get('place', true) : data;
  if (!isScalar(found) || !found.range) return text;
  const [start, end] = found.range;
  // The range of a text in lines of its own ends behind its last line.
  const after = text.slice(0, end).endsWith('\n') ? '\n' : '';
  return `${text.slice(0, start)}${JSON.stringify(place)}${after}${text.slice(end)}`;
}
