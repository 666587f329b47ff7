/** The studies for which this server has started a process, by the ids that their entries have or will have. */
import { basename, relative, sep } from 'node:path';
import { entryId } from '../discovery/entry-id.ts';
import type { Child, Children } from './children.ts';

export interface StudyStart {
  readonly id: string;
  /** The last part of its folder. */
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  readonly child: Child;
}

/** @param folder of the server, absolute. */
export function startsIn(folder: string, children: Children): StudyStart[] {
  return children.folders.flatMap((each) => {
    const child = children.of(each);
    const path = relative(folder, each).split(sep).join('/');
    return child ? [{ id: entryId(path), name: basename(each), folder: each, child }] : [];
  });
}
