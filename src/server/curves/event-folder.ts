/** The TensorBoard event files of a folder as curves; what was appended is read, and nothing twice. */
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { WorldError } from '../../base/errors.ts';
import { EventFileReader, type ScalarPoint } from '../../formats/event-file.ts';
import { isEventFile } from '../discovery/discover.ts';
import type { Series } from '../protocol.ts';
import type { RunContent } from './run-content.ts';

/** The most bytes of one read. A record that is larger is left out with the rest of its file. */
const pieceBytes = 64 * 2 ** 20;

/** The most points of one curve that are sent; of longer ones every second, fourth ... point is. */
const mostPoints = 20_000;

interface FollowedFile {
  reader: EventFileReader;
  offset: number;
  /** Why nothing more is read. */
  problem: string | undefined;
  points: ScalarPoint[];
}

export class EventFolder {
  readonly #folder: string;
  readonly #files = new Map<string, FollowedFile>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async read(): Promise<RunContent> {
    // TensorBoard reads the files of a folder in the order of their names, which begin with their times.
    const names = (await readdir(this.#folder)).filter(isEventFile).sort();
    for (const name of this.#files.keys()) if (!names.includes(name)) this.#files.delete(name);
    for (const name of names) await this.#follow(name);
    const files = names.flatMap((name) => this.#files.get(name) ?? []);
    const damaged = files.reduce((sum, { reader }) => sum + reader.damaged, 0);
    const notes = files.flatMap(({ problem }) => problem ?? []);
    if (damaged > 0) notes.push(`${damaged} damaged ${damaged === 1 ? 'record was' : 'records were'} left out`);
    return {
      series: seriesOf(files),
      settings: {},
      data: null,
      isFinished: undefined,
      notes,
      hasAnswers: false,
    };
  }

  async #follow(name: string): Promise<void> {
    const known = this.#files.get(name) ?? freshFile(name);
    this.#files.set(name, known);
    const file = await open(join(this.#folder, name), 'r');
    try {
      const { size } = await file.stat();
      // A file that became shorter is another one.
      if (size < known.offset) Object.assign(known, freshFile(name));
      while (known.problem === undefined && known.offset < size) {
        const wanted = Math.min(pieceBytes, size - known.offset);
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, known.offset);
        const { points, length } = known.reader.read(buffer.subarray(0, bytesRead));
        for (const point of points) known.points.push(point);
        known.offset += length;
        // The last record is still being written.
        if (length === 0) return;
      }
    } catch (error) {
      known.problem = error instanceof WorldError ? error.message : `${name} cannot be read`;
    } finally {
      await file.close();
    }
  }
}

function freshFile(name: string): FollowedFile {
  return { reader: new EventFileReader(name), offset: 0, problem: undefined, points: [] };
}

/**
 * The points of each tag. A run that was started again at an earlier step replaces what came after that step
 * (tensorboard's "purge orphaned data").
 */
function seriesOf(files: readonly FollowedFile[]): Series[] {
  const byTag = new Map<string, ScalarPoint[]>();
  for (const { points } of files) {
    for (const point of points) {
      const before = byTag.get(point.tag) ?? [];
      byTag.set(point.tag, before);
      while (before.length > 0 && before.at(-1)!.step >= point.step) before.pop();
      before.push(point);
    }
  }
  const titles = new Map(files.flatMap(({ reader }) => [...reader.titles]));
  return [...byTag].map(([tag, all]) => {
    const every = Math.ceil(all.length / mostPoints);
    const points = every === 1 ? all : all.filter((_, index) => index % every === 0 || index === all.length - 1);
    return {
      tag,
      title: titles.get(tag) ?? null,
      step: points.map(({ step }) => step),
      value: points.map(({ value }) => (Number.isFinite(value) ? value : null)),
      time: points.map(({ wallTime }) => wallTime),
    };
  });
}
