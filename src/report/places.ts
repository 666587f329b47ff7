/** Takes the names of folders out of a report's text. */
import { escapeMarkdown, escapeXml } from '../base/plain-text.ts';

/**
 * The text with `…` for each of the places, longer places first. A place is also found as HTML and Markdown write it.
 * @param places paths of folders; `/` and empty ones are ignored.
 */
export function withoutPlaces(text: string, places: readonly string[]): string {
  const written = places
    .filter((place) => place.length > 1)
    .flatMap((place) => [place, escapeXml(place), escapeMarkdown(place)])
    .toSorted((a, b) => b.length - a.length);
  return written.reduce((left, place) => left.replaceAll(place, '…'), text);
}
