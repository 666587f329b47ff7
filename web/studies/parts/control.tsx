/** Pause, resume, stop, add seeds: what the server says is possible now. */
import { useEffect, useState } from 'preact/hooks';
import type { ControlAnswer, LiveState } from '../../../src/server/protocol.ts';
import { postJson, studyPath } from '../data/api.ts';
import { messageOf } from '../data/study.ts';

const actions = [
  { name: 'pause', title: 'Pause', busy: 'pausing…' },
  { name: 'resume', title: 'Resume', busy: 'resuming…' },
  { name: 'stop', title: 'Stop', busy: 'stopping…' },
] as const;

export function Control({ id, state: { can, state } }: { readonly id: string; readonly state: LiveState }) {
  const [said, setSaid] = useState<{ readonly text: string; readonly isProblem: boolean }>();
  const [busy, setBusy] = useState<string>();
  const [count, setCount] = useState(1);
  // What was said about the state before is old news; a problem stays until the next try.
  useEffect(() => setSaid((before) => (before?.isProblem ? before : undefined)), [state]);
  if (!Object.values(can).some(Boolean) && !said) return null;
  const send = async (name: string, body: object) => {
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
    <div class="control">
      {actions
        .filter(({ name }) => can[name])
        .map(({ name, title, busy: doing }) => (
          <button key={name} type="button" disabled={busy !== undefined} onClick={() => void send(name, {})}>
            {busy === name ? doing : title}
          </button>
        ))}
      {can.addSeeds && (
        <form
          class="seeds"
          onSubmit={(event) => {
            event.preventDefault();
            void send('seeds', { add: count });
          }}
        >
          <label>
            <span class="unseen">Number of seeds to add</span>
            <input
              type="number"
              min={1}
              max={100}
              value={count}
              onInput={({ currentTarget }) => setCount(currentTarget.valueAsNumber)}
            />
          </label>
          <button type="submit" disabled={busy !== undefined || !(count >= 1)}>
            {busy === 'seeds' ? 'adding…' : count === 1 ? 'Add seed' : 'Add seeds'}
          </button>
        </form>
      )}
      {said && (
        <span class={said.isProblem ? 'problem' : 'muted'} role={said.isProblem ? 'alert' : 'status'}>
          {said.text}
        </span>
      )}
    </div>
  );
}
