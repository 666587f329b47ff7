/** The view for training: settings and controls, the curves, and the network at work on a digit. */
import { signal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import type { Settings } from '../../../src/study/definition.ts';
import { Action } from '../../shared/action.tsx';
import { areSame, recipeSettings } from '../settings.ts';
import { seed } from '../state/eye.ts';
import {
  fingerprint,
  goOn,
  hold,
  lastTest,
  predicted,
  progress,
  reset,
  seconds,
  state,
  testDigits,
  train,
  trainedWith,
  weights,
} from '../state/lab.ts';
import { LossChart, MistakesChart } from './curves.tsx';
import { Filters } from './filters.tsx';
import { firstClick } from './first-click.ts';
import { Mistakes } from './mistakes.tsx';
import { NetworkView } from './network.tsx';
import { SettingsForm } from './settings-form.tsx';

const settings = signal<Settings>(recipeSettings('one-epoch'));
/** The test digit that goes through the network. */
const digit = signal(0);
/** Whether the user chose it: then the page does not go on to others. */
const isChosen = signal(false);

/** How long each digit is shown while the network trains [ms]. */
const digitMs = 2500;

export function TrainView() {
  const isTraining = state.value === 'training';
  useEffect(() => {
    if (!isTraining || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const timer = setInterval(() => {
      if (!isChosen.value) digit.value = (digit.value + 1) % 10_000;
    }, digitMs);
    return () => clearInterval(timer);
  }, [isTraining]);
  const digits = testDigits.value;
  const image = digits?.images.subarray(digit.value * 784, (digit.value + 1) * 784);
  const label = digits?.labels[digit.value];
  return (
    <>
      <p class="lead">
        LeNet-5 learns to read 60,000 handwritten digits, here in your browser, and is tested about every second on
        10,000 others that it never trains on.
      </p>
      <div class="bench">
        <section class="panel controls" aria-labelledby="controls-title">
          <h2 id="controls-title">Settings</h2>
          <SettingsForm
            settings={settings.value}
            isDisabled={isTraining || state.value === 'contest'}
            onChange={(changed) => {
              settings.value = changed;
            }}
          />
          <SeedField />
          <Controls />
        </section>
        <section class="panel" aria-labelledby="progress-title">
          <h2 id="progress-title">Progress</h2>
          <Numbers />
          <div class="charts">
            <LossChart />
            <MistakesChart />
          </div>
        </section>
      </div>
      <section class="panel" aria-labelledby="network-title">
        <h2 id="network-title">A digit goes through the network</h2>
        <DigitPicker label={label} />
        <NetworkView image={image} label={label} />
      </section>
      <Filters />
      <Mistakes
        onPick={(index) => {
          digit.value = index;
          isChosen.value = true;
          document.getElementById('network-title')?.scrollIntoView({ block: 'start' });
        }}
      />
    </>
  );
}

function SeedField() {
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
        disabled={state.value === 'training' || state.value === 'contest'}
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

function Controls() {
  const { value: now } = state;
  const isBusy = now === 'loading' || now === 'broken' || now === 'contest';
  const chosen = { ...settings.value, seed: seed.value };
  const begin = (batches?: number) => train(chosen, batches);
  /** A training goes on with the settings that it began with. */
  const canGoOn = now === 'held' && trainedWith.value !== undefined && areSame(trainedWith.value, chosen);
  const isUnderWay = now === 'training' || now === 'held';
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
      {now === 'held' && !canGoOn && (
        <p class="note">The settings have changed. They count from the start of a training.</p>
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

function Numbers() {
  const at = progress.value;
  const test = lastTest.value;
  const wrong = predicted.value && test ? Math.round((1 - test.accuracy) * predicted.value.length) : undefined;
  return (
    <>
      <dl class="numbers">
        <div>
          <dt>Test digits read</dt>
          <dd class="big">{test ? `${(test.accuracy * 100).toFixed(2)} %` : '–'}</dd>
        </div>
        <div>
          <dt>Wrong of 10,000</dt>
          <dd class="big">{wrong ?? '–'}</dd>
        </div>
        <div>
          <dt>Time</dt>
          <dd class="big">{seconds.value.toFixed(1)} s</dd>
        </div>
        <div>
          <dt>Epoch</dt>
          <dd class="big">{at ? at.epoch : '–'}</dd>
        </div>
        <div>
          <dt>Batch</dt>
          <dd class="big">
            {at ? `${at.batch.toLocaleString('en-US')} / ${at.batches.toLocaleString('en-US')}` : '–'}
          </dd>
        </div>
      </dl>
      <p class="said" role="status">
        {said()}
      </p>
    </>
  );
}

function said(): string {
  const test = lastTest.value;
  switch (state.value) {
    case 'loading':
      return 'You can start as soon as the digits are there.';
    case 'training':
      return 'Training.';
    case 'held':
      return 'Paused.';
    case 'diverged':
      return 'The loss is no longer a number: the learning rate is too high for these settings. Lower it and train again.';
    case 'trained':
      return fingerprint.value === undefined
        ? 'Stopped before its end.'
        : `Trained: ${((test?.accuracy ?? 0) * 100).toFixed(2)} % of the test digits. Fingerprint of the weights: ${fingerprint.value}, the same on every machine for the same settings and seed.`;
    default:
      return 'Untrained: the network guesses. Press Start.';
  }
}

function DigitPicker({ label }: { readonly label: number | undefined }) {
  const move = (by: number) => {
    digit.value = (digit.value + by + 10_000) % 10_000;
    isChosen.value = true;
  };
  return (
    <div class="buttons">
      <button type="button" onClick={() => move(-1)}>
        ← Digit before
      </button>
      <button type="button" onClick={() => move(1)}>
        Next digit →
      </button>
      <span class="note">
        Test digit {digit.value + 1} of 10,000{label === undefined ? '' : `, a ${label}`}
      </span>
    </div>
  );
}
