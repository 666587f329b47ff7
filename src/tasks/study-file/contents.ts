/** Replaces the names of files in a study or recipe file by the files' contents, and extends the table by what these declare. */
import { isRecord } from '../../base/argument.ts';
import { UsageError, unknownChoice, WorldError } from '../../base/errors.ts';
import { contentIn } from '../../base/named-content.ts';
import type { ParameterTable } from './table.ts';
import type { Path, YamlSource } from './yaml-source.ts';

/** The content of a file, by the name or path that stands in a study or recipe file. @throws UsageError, WorldError. */
export type ReadContent = (name: string) => string;

/** The parts of a file that hold settings. */
const parts = ['base', 'settings', 'stages', 'grid', 'random', 'search'];

export interface WithContents {
  /** The data of the file, with contents in place of names. */
  readonly data: unknown;
  readonly table: ParameterTable;
  /** The places of names that were replaced, and the contents. */
  readonly files: readonly { readonly path: Path; readonly content: string }[];
}

/**
 * @param more contents from elsewhere, such as a recipe's.
 * @throws UsageError with line and column for a file that cannot be read, or has a mistake.
 */
export function withContents(
  source: YamlSource,
  table: ParameterTable,
  { read, more = [] }: { readonly read?: ReadContent | undefined; readonly more?: readonly string[] },
): WithContents {
  const { files: declared } = table;
  if (declared === undefined) return { data: source.data, table, files: [] };
  const { name } = declared;
  const { choices = [] } = table.parameters[name]!;
  const readOne =
    read ??
    ((given: string): string => {
      throw unknownChoice(name, given, choices);
    });
  const files: { path: Path; content: string }[] = [];
  const contentAt = (value: unknown, path: Path): unknown => {
    if (typeof value !== 'string' || choices.includes(value)) return replaced(value, path);
    try {
      const content = readOne(value);
      if (contentIn(content) !== undefined) files.push({ path, content });
      return content;
    } catch (error) {
      if (error instanceof UsageError || error instanceof WorldError) throw source.mistake(path, error.message);
      throw error;
    }
  };
  const replaced = (value: unknown, path: Path): unknown => {
    if (Array.isArray(value)) return value.map((each, index) => replaced(each, [...path, index]));
    if (!isRecord(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => {
        const place = [...path, key];
        if (key !== name) return [key, replaced(each, place)];
        if (!Array.isArray(each)) return [key, contentAt(each, place)];
        return [key, each.map((item, index) => contentAt(item, [...place, index]))];
      }),
    );
  };
  const { data } = source;
  if (!isRecord(data)) return { data, table, files };
  const found = Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, parts.includes(key) ? replaced(value, [key]) : value]),
  );
  const contents = [...new Set([...files.map(({ content }) => content), ...more])];
  if (contents.length === 0) return { data, table, files };
  try {
    return { data: found, table: declared.withContents(contents), files };
  } catch (error) {
    if (error instanceof UsageError) throw source.mistake(files[0]?.path ?? [], error.message);
    throw error;
  }
}
