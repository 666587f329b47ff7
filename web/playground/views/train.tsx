/** The view for training: settings and controls, the curves, and the network at work on a digit. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Settings } from '../../../src/study/definition.ts';
import { recipeSettings } from '../settings.ts';
import { state, testDigits } from '../state/known.ts';
import { Controls, SeedField } from './controls.tsx';
import { LossChart, MistakesChart } from './curves.tsx';
import { Filters } from './filters.tsx';
import { Mistakes } from './mistakes.tsx';
import { NetworkView } from './network.tsx';
import { Numbers } from './numbers.tsx';
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
            onChange={(changed) => {
              settings.value = changed;
            }}
          />
          <SeedField />
          <Controls settings={settings.value} />
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
