/** What the page may not see where places are left out: folders, names of hosts, and who works on a study. */
import { homedir, hostname } from 'node:os';
import { withoutPlaces } from '../report/places.ts';
import type { Listing, LiveState, StudyHead } from './protocol.ts';

export interface Privacy {
  /** A text that may name places. */
  text(text: string): string;
  head(head: StudyHead): StudyHead;
  state(state: LiveState): LiveState;
  folder(path: string): Listing['folder'];
}

const open: Privacy = {
  text: (text) => text,
  head: (head) => head,
  state: (state) => state,
  folder: (path) => path,
};

/** @param folder that is shown, absolute. */
export function privacyOf(isPrivate: boolean, folder: string): Privacy {
  if (!isPrivate) return open;
  const places = [folder, process.cwd(), homedir(), hostname()];
  const text = (given: string) => withoutPlaces(given, places);
  return {
    text,
    head: (head) => ({ ...head, sessions: [], file: null }),
    state: (state) => ({ ...state, holder: null, message: state.message === null ? null : text(state.message) }),
    folder: () => '…',
  };
}
