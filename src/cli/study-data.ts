/** Which data and network files a study reads, and how its copy of the study file names them. */
import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { contentIn } from '../base/named-content.ts';
import type { LoadDataOptions } from '../runner/load-data.ts';
import { isPrivateRun } from '../runner/run-data.ts';
import { withDataPlace, withTeacherPlaces } from '../tasks/study-file/data-place.ts';
import type { FileData, NamedFile } from '../tasks/study-file/reader.ts';
import { type DataChoice, loadingOptions } from './data-options.ts';

/**
 * The data of a study: those of its file, unless the command names others. The command's options count before the
 * file's.
 */
export function dataOfStudy(
  inFile: FileData | undefined,
  choice: DataChoice,
  file: string,
): { readonly dataFolder: string | undefined; readonly dataOptions: LoadDataOptions } {
  const dataOptions = loadingOptions(choice);
  if (inFile === undefined || choice.data !== undefined) return { dataFolder: choice.data, dataOptions };
  const { place, ...own } = inFile;
  return { dataFolder: placeFrom(place, file), dataOptions: { ...own, ...dataOptions } };
}

/** A place in a study file: an absolute path, or a name where there is no such file. */
function placeFrom(place: string, file: string): string {
  const path = resolve(dirname(file), place);
  const isName = !/[/\\]/.test(place) && !existsSync(path);
  return isName ? place : path;
}

/**
 * The text of a study file as its copy in the study's folder has it: its data and teachers are found from there too. In
 * a private run the copy names no folder.
 * @param teachers the absolute places of those that the file names.
 */
export function textOfCopy(
  text: string,
  inFile: FileData | undefined,
  { file, teachers }: { readonly file: string; readonly teachers: readonly string[] },
): string {
  const told = (place: string) => (isPrivateRun() ? basename(place) : place);
  const taught = withTeacherPlaces(text, teachers.map(told));
  return inFile === undefined ? taught : withDataPlace(taught, told(placeFrom(inFile.place, file)));
}

/** Files by their paths in a study's folder. */
export type FilesBeside = Readonly<Record<string, string>>;

/**
 * The text of a study file as its copy in the study's folder has it, and the network files that are kept beside: the
 * study can be continued without the originals.
 */
export function withNetworksBeside(
  text: string,
  named: readonly NamedFile[],
): { readonly copy: string; readonly files: FilesBeside } {
  const paths = new Map<string, string>();
  for (const { content } of named) {
    if (paths.has(content)) continue;
    const file = `${contentIn(content)!.name}.yaml`;
    const taken = [...paths.values()].filter((path) => path.endsWith(`/${file}`)).length;
    paths.set(content, taken === 0 ? `networks/${file}` : `networks/${taken + 1}/${file}`);
  }
  const replacements = [...named].sort((a, b) => b.range[0] - a.range[0]);
  const copy = replacements.reduce(
    (all, { content, range: [start, end] }) =>
      `${all.slice(0, start)}${JSON.stringify(`./${paths.get(content)}`)}${all.slice(end)}`,
    // Ranges do not count a byte order mark.
    text.replace(/^\uFEFF/, ''),
  );
  const files = [...paths].map(([content, path]) => [path, contentIn(content)!.text] as const);
  return { copy, files: Object.fromEntries(files) };
}
