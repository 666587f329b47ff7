/** What the page may not see where places are left out: folders, names of hosts, and who works on a study. */
import { homedir, hostname } from 'node:os';
import { sep } from 'node:path';
import { withoutPlaces } from '../report/places.ts';
import type { Listing, LiveState, StudyHead } from './protocol.ts';

export interface Privacy {
  /** A text that may name places. */
  text(text: string): string;
  head(head: StudyHead): StudyHead;
  state(state: LiveState): LiveState;
  folder(path: string): Listing['folder'];
}

/** @param folder that is shown, absolute. */
export function privacyOf(isPrivate: boolean, folder: string): Privacy {
  // Messages name the paths below the folder, as the list does.
  const below = (given: string) => given.replaceAll(`${folder}${sep}`, '');
  if (!isPrivate) return { text: below, head: (head) => head, state: (state) => state, folder: (path) => path };
  const places = [folder, process.cwd(), homedir(), hostname()];
  const text = (given: string) => withoutPlaces(below(given), places);
  return {
    text,
    head: (head) => ({ ...head, sessions: [], file: null }),
    state: (state) => ({ ...state, holder: null, message: state.message === null ? null : text(state.message) }),
    folder: () => '…',
  };
}
