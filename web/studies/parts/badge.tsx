/** The state of a study, run or trial: a word with a symbol, so that no colour has to be seen. */
import type { EntryKind, EntryState, TrialRow } from '../../../src/server/protocol.ts';
import { entryState, trialStateWords } from '../data/words.ts';

const symbols: Readonly<Record<EntryState | TrialRow['state'], string>> = {
  unknown: '…',
  running: '▶',
  finished: '✓',
  complete: '✓',
  paused: '‖',
  interrupted: '■',
  stuck: '✕',
  failed: '✕',
  damaged: '!',
  pruned: '◂',
  waiting: '…',
  empty: '○',
};

export function EntryBadge({ state, kind }: { readonly state: EntryState; readonly kind: EntryKind }) {
  const { word, meaning } = entryState(state, kind);
  return <Badge state={state} text={word} title={meaning} />;
}

export function TrialBadge({ state }: { readonly state: TrialRow['state'] }) {
  return <Badge state={state} text={trialStateWords[state]} />;
}

function Badge({
  state,
  text,
  title,
}: {
  readonly state: EntryState | TrialRow['state'];
  readonly text: string;
  readonly title?: string;
}) {
  return (
    <span class={`badge ${state}`} title={title}>
      <span aria-hidden="true">{symbols[state]}</span> {text}
    </span>
  );
}
