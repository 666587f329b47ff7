/** Finds what the page can show below a folder: studies, journals of other programs, runs, and event files of any tool. */
import type { Dirent } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { journalName } from '../../runner/study-journal.ts';
import type { EntryKind } from '../protocol.ts';
import { isWithin } from '../security/places.ts';

/** Something that the page can show. */
export interface Found {
  readonly kind: EntryKind;
  /** Relative to the server's folder, `/` between its parts; empty for the folder itself. */
  readonly path: string;
  /** Absolute, without symbolic links. The journal's file for `optuna`, else a folder. */
  readonly place: string;
  /** When its newest file was changed [milliseconds since 1970]. */
  readonly changed: number;
}

/** The most folders that are looked through. */
const mostFolders = 20_000;
const deepest = 8;

/** Whether all folders were looked through. */
export interface Discovery {
  readonly found: readonly Found[];
  readonly isWhole: boolean;
}

/** @param root absolute. Links that lead out of it are not followed. */
export async function discover(root: string): Promise<Discovery> {
  // A folder that does not exist yet holds nothing.
  const top = await realpath(root).catch(() => undefined);
  if (top === undefined) return { found: [], isWhole: true };
  const found: Found[] = [];
  const seen = new Set<string>();
  const queue: { place: string; path: string; depth: number }[] = [{ place: top, path: '', depth: 0 }];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (seen.has(next.place)) continue;
    if (seen.size >= mostFolders) return { found, isWhole: false };
    seen.add(next.place);
    const { place, path, depth } = next;
    const entries = await list(place);
    const names = new Set(entries.map(({ name }) => name));
    const own = await folderEntry(place, path, names);
    if (own) found.push(own);
    for (const entry of entries.filter(({ name }) => isLog(name) && !(own?.kind === 'study' && name === journalName))) {
      const log = await optunaJournal(top, join(place, entry.name));
      if (log) found.push({ ...log, path: joined(path, entry.name) });
    }
    if (depth >= deepest) continue;
    for (const entry of entries) {
      const isTrial = own?.kind === 'study' && /^trial-\d{4,}$/.test(entry.name);
      if (isTrial || entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      const folder = await folderBehind(entry, join(place, entry.name), top);
      if (folder !== undefined) queue.push({ place: folder, path: joined(path, entry.name), depth: depth + 1 });
    }
  }
  return { found: found.sort((a, b) => (a.path < b.path ? -1 : 1)), isWhole: true };
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}/${name}`;
}

/** A folder that cannot be read holds nothing for the page. */
async function list(place: string): Promise<Dirent[]> {
  try {
    return (await readdir(place, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

async function folderBehind(entry: Dirent, place: string, top: string): Promise<string | undefined> {
  if (entry.isDirectory()) return place;
  if (!entry.isSymbolicLink()) return undefined;
  try {
    const real = await realpath(place);
    return isWithin(top, real) && (await stat(real)).isDirectory() ? real : undefined;
  } catch {
    return undefined;
  }
}

async function folderEntry(place: string, path: string, names: ReadonlySet<string>): Promise<Found | undefined> {
  const kind = names.has(journalName)
    ? 'study'
    : names.has('config.json') && names.has('metrics.jsonl')
      ? 'run'
      : [...names].some(isEventFile)
        ? 'tensorboard'
        : undefined;
  if (kind === undefined) return undefined;
  const wanted = {
    study: [journalName],
    run: ['metrics.jsonl', 'config.json'],
    tensorboard: [...names].filter(isEventFile),
  };
  const changed = await Promise.all(wanted[kind].map((name) => changedAt(join(place, name))));
  if (changed.some((at) => at === undefined)) return undefined;
  return { kind, path, place, changed: Math.max(...changed.map((at) => at ?? 0)) };
}

/** Whether TensorBoard would read the file. */
export function isEventFile(name: string): boolean {
  return name.includes('tfevents') && !name.endsWith('.profile-empty');
}

function isLog(name: string): boolean {
  return name.endsWith('.journal') || name.endsWith('.log') || name.endsWith('.jsonl');
}

/** A file whose first line is one of Optuna's journal. */
async function optunaJournal(top: string, given: string): Promise<Omit<Found, 'path'> | undefined> {
  try {
    const place = await realpath(given);
    if (!isWithin(top, place) || !(await stat(place)).isFile()) return undefined;
    const file = await open(place, 'r');
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
      const text = buffer.subarray(0, bytesRead).toString('utf8');
      if (!/^\{"op_code": ?\d/.test(text) || !text.includes('"worker_id"')) return undefined;
    } finally {
      await file.close();
    }
    const changed = await changedAt(place);
    return changed === undefined ? undefined : { kind: 'optuna', place, changed };
  } catch {
    return undefined;
  }
}

/** Undefined where it is no regular file. */
async function changedAt(place: string): Promise<number | undefined> {
  try {
    const found = await stat(place);
    return found.isFile() ? found.mtimeMs : undefined;
  } catch {
    return undefined;
  }
}
