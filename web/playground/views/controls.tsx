/** The controls of a training: its seed, and what can be done with it now. */
import { useId } from 'preact/hooks';
import type { Settings } from '../../../src/study/definition.ts';
import { Action } from '../../shared/action.tsx';
import { areSame } from '../settings.ts';
import { seed } from '../state/eye.ts';
import { state, trainedWith, weights } from '../state/known.ts';
import { goOn, hold, reset, train } from '../state/lab.ts';
import { firstClick } from './first-click.ts';

export function SeedField() {
  return (
    <div class="field">
      <label for="seed">Seed</label>
      <input
        id="seed"
        type="number"
        min={0}
        max={999_999}
        step={1}
        value={seed.value}
        onChange={({ currentTarget }) => {
          const value = Math.min(999_999, Math.max(0, Math.round(Number(currentTarget.value) || 0)));
          currentTarget.value = String(value);
          seed.value = value;
        }}
      />
      <span class="note">weights and order of digits</span>
    </div>
  );
}

/** Start, pause, go on, step, reset. @param settings that are chosen now, without the seed. */
export function Controls({ settings }: { readonly settings: Settings }) {
  const { value: now } = state;
  const isBusy = now === 'loading' || now === 'broken' || now === 'contest';
  const chosen = { ...settings, seed: seed.value };
  const begin = (batches?: number) => train(chosen, batches);
  const isUnderWay = now === 'training' || now === 'held';
  /** A training goes on with the settings that it began with. */
  const isChanged = isUnderWay && trainedWith.value !== undefined && !areSame(trainedWith.value, chosen);
  const canGoOn = now === 'held' && !isChanged;
  const whyId = useId();
  const why = now === 'contest' || now === 'loading' ? whyId : undefined;
  return (
    <div class="buttons">
      {now === 'training' ? (
        <Action class="main" onClick={firstClick(hold)}>
          Pause
        </Action>
      ) : (
        <Action class="main" isBlocked={isBusy} whyId={why} onClick={firstClick(() => (canGoOn ? goOn() : begin()))}>
          {canGoOn ? 'Go on' : isUnderWay || now === 'trained' || now === 'diverged' ? 'Train again' : 'Start'}
        </Action>
      )}
      <Action isBlocked={isBusy || now === 'training'} whyId={why} onClick={() => (canGoOn ? goOn(1) : begin(1))}>
        Step one batch
      </Action>
      <Action
        isBlocked={isBusy || (!isUnderWay && !weights.value)}
        whyId={why}
        onClick={() => {
          reset();
          seed.value += 1;
        }}
      >
        Reset with seed {seed.value + 1}
      </Action>
      {isChanged && (
        <p class="note" role="status">
          The settings have changed. They count from the next start.
        </p>
      )}
      {now === 'contest' && (
        <p class="note" id={whyId}>
          A comparison is running; stop it to train here.
        </p>
      )}
      {now === 'loading' && (
        <p class="note" id={whyId}>
          The digits are on their way.
        </p>
      )}
    </div>
  );
}
