/** Where a study file finds its data and its teachers. */
import { isMap, isScalar, isSeq, parseDocument, type Scalar } from 'yaml';

/**
 * The text of a study file with another place of its data, so that a copy elsewhere finds them. Nothing else changes,
 * comments included. A file that names no data stays as it is.
 */
export function withDataPlace(text: string, place: string): string {
  const data: unknown = parseDocument(text).get('data', true);
  const found: unknown = isMap(data) ? data.get('place', true) : data;
  return isScalar(found) ? withScalar(text, found, place) : text;
}

/** The text of a study file with other places of its teachers, in their order. Nothing else changes. */
export function withTeacherPlaces(text: string, places: readonly string[]): string {
  const found: unknown = parseDocument(text).getIn(['distill', 'teachers'], true);
  const teachers: readonly unknown[] = isSeq(found) ? found.items : [];
  // From the last to the first, so that the ranges of the others stay right.
  return places.reduceRight((changed, place, index) => {
    const teacher = teachers[index];
    return isScalar(teacher) ? withScalar(changed, teacher, place) : changed;
  }, text);
}

/** The text with another value in the place of a scalar. */
function withScalar(text: string, { range }: Scalar, value: string): string {
  if (!range) return text;
  const [start, end] = range;
  // The range of a text in lines of its own ends behind its last line.
  const after = text.slice(0, end).endsWith('\n') ? '\n' : '';
  return `${text.slice(0, start)}${JSON.stringify(value)}${after}${text.slice(end)}`;
}
