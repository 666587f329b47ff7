/**
 * Contents of files as values of settings: the file's name on the first line, its text on the others. A record that
 * holds such a value does not need the file.
 */

export interface NamedContent {
  /** How messages and tables call the content: the name of its file. One line. */
  readonly name: string;
  readonly text: string;
}

/** The value of a content. */
export function contentValue({ name, text }: NamedContent): string {
  return `${name}\n${text}`;
}

/** The content that a value holds; undefined for a value of one line. */
export function contentIn(value: unknown): NamedContent | undefined {
  if (typeof value !== 'string') return undefined;
  const end = value.indexOf('\n');
  return end < 0 ? undefined : { name: value.slice(0, end), text: value.slice(end + 1) };
}

/** The name of a content, other texts as they are. */
export function nameOfValue(value: string): string {
  return contentIn(value)?.name ?? value;
}
