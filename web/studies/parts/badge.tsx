/** The state of a study, run or trial: a word with a symbol, so that no colour has to be seen. */
import type { EntryState, TrialRow } from '../../../src/server/protocol.ts';
import { entryStates, trialStateWords } from '../data/words.ts';

const symbols: Readonly<Record<EntryState | TrialRow['state'], string>> = {
  unknown: '…',
  running: '▶',
  finished: '✓',
  complete: '✓',
  interrupted: '‖',
  stuck: '✕',
  failed: '✕',
  damaged: '!',
  pruned: '◂',
  waiting: '…',
  empty: '○',
};

export function EntryBadge({ state }: { readonly state: EntryState }) {
  return <Badge state={state} text={state} title={entryStates[state]} />;
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
