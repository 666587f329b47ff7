/** Pause, resume, stop, add seeds: what the server says is possible now. */
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { ControlAnswer, LiveState } from '../../../src/server/protocol.ts';
import { Action } from '../../shared/action.tsx';
import { postJson, studyPath } from '../data/api.ts';
import { connection } from '../data/stream.ts';
import { messageOf } from '../data/study.ts';

const actions = [
  { name: 'pause', title: 'Pause', busy: 'pausing…' },
  { name: 'resume', title: 'Resume', busy: 'resuming…' },
  { name: 'stop', title: 'Stop', busy: 'stopping…' },
] as const;

export function Control({ id, state: { can, state } }: { readonly id: string; readonly state: LiveState }) {
  const [said, setSaid] = useState<{ readonly text: string; readonly isProblem: boolean }>();
  const [busy, setBusy] = useState<string>();
  const why = useId();
  const host = useKeptFocus();
  const isOffline = connection.value === 'offline';
  const isBlocked = isOffline || busy !== undefined;
  const whyId = isOffline ? why : undefined;
  // What was said about the state before is old news; a problem stays until the next try.
  useEffect(() => setSaid((before) => (before?.isProblem ? before : undefined)), [state]);
  if (!Object.values(can).some(Boolean) && !said) return null;
  const send = async (name: string, body: object) => {
    if (isBlocked) return;
    setBusy(name);
    try {
      const { message } = await postJson<ControlAnswer>(studyPath(id, name), body);
      setSaid({ text: message, isProblem: false });
    } catch (error) {
      setSaid({ text: messageOf(error), isProblem: true });
    }
    setBusy(undefined);
  };
  return (
    <section class="control" ref={host} aria-label="Control of the study" tabIndex={-1}>
      {actions
        .filter(({ name }) => can[name])
        .map(({ name, title, busy: doing }) => (
          <Action key={name} isBlocked={isBlocked} whyId={whyId} onClick={() => void send(name, {})}>
            {busy === name ? doing : title}
          </Action>
        ))}
      {can.addSeeds && (
        <AddSeeds
          isBlocked={isBlocked}
          whyId={whyId}
          isBusy={busy === 'seeds'}
          add={(count) => void send('seeds', { add: count })}
        />
      )}
      {isOffline ? (
        <span class="muted" id={why}>
          not until the server answers again
        </span>
      ) : (
        said && (
          <span class={said.isProblem ? 'problem' : 'muted'} role={said.isProblem ? 'alert' : 'status'}>
            {said.text}
          </span>
        )
      )}
    </section>
  );
}

interface AddSeedsProps {
  readonly isBlocked: boolean;
  readonly whyId: string | undefined;
  readonly isBusy: boolean;
  readonly add: (count: number) => void;
}

function AddSeeds({ isBlocked, whyId, isBusy, add }: AddSeedsProps) {
  const [count, setCount] = useState(1);
  return (
    <form
      class="seeds"
      onSubmit={(event) => {
        event.preventDefault();
        add(count);
      }}
    >
      <label title="Every setting that is still in is trained with so many more seeds">
        <span class="unseen">Number of seeds to add</span>
        <input
          type="number"
          min={1}
          max={100}
          value={count}
          onInput={({ currentTarget }) => setCount(currentTarget.valueAsNumber)}
        />
      </label>
      <Action type="submit" isBlocked={isBlocked || !(count >= 1)} whyId={whyId}>
        {isBusy ? 'adding…' : count === 1 ? 'Add seed' : 'Add seeds'}
      </Action>
    </form>
  );
}

/** An element that keeps the keyboard's place: it takes the focus when the part of it that had it is gone. */
function useKeptFocus() {
  const host = useRef<HTMLElement>(null);
  // While the page is drawn the old parts are still there.
  const hadFocus = host.current?.contains(document.activeElement) ?? false;
  useEffect(() => {
    const element = host.current;
    if (hadFocus && element && !element.contains(document.activeElement))
      (element.querySelector('button') ?? element).focus();
  });
  return host;
}
