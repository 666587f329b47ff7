/** The view for drawing: what the network sees of a drawing, how sure it is, and what its filters look at. */
import { computed, signal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import { Action } from '../../shared/action.tsx';
import { Maps } from '../pictures/maps.tsx';
import type { Stroke } from '../pictures/strokes.ts';
import { recipeSettings } from '../settings.ts';
import { eye, lookAt, probabilitiesOf, seed } from '../state/eye.ts';
import { frame, framed } from '../state/framing.ts';
import { type LabState, lastTest, state, weights } from '../state/known.ts';
import { train } from '../state/lab.ts';
import { Neighbours } from './neighbours.tsx';
import { NetworkView } from './network.tsx';
import { Pad } from './pad.tsx';
import { Patches } from './patches.tsx';
import { Probabilities } from './probabilities.tsx';

const strokes = signal<readonly Stroke[]>([]);

/** What the network saw after each stroke, and how sure it was. */
interface Reading {
  readonly digit: number;
  readonly probability: number;
}
const readings = signal<readonly (Reading | undefined)[]>([]);

const image = computed(() => (framed.value.kind === 'one' ? framed.value.pixels : undefined));

export function DrawView() {
  const pixels = image.value;
  const outputs = lookAt(pixels);
  const probabilities = outputs && probabilitiesOf(outputs);
  useEffect(() => {
    const reading = probabilities && readingOf(probabilities);
    const before = readings.value.slice(0, Math.max(0, strokes.value.length - 1));
    while (before.length < strokes.value.length - 1) before.push(undefined);
    readings.value = strokes.value.length === 0 ? [] : [...before, reading];
  }, [probabilities?.join()]);
  return (
    <>
      <p class="lead">
        Draw one digit, as large as you like and anywhere. The network sees it framed as MNIST’s digits are, by the same
        code as <code>lenet predict</code>.
      </p>
      <Trained />
      <div class="drawing">
        <section class="panel" aria-labelledby="paper-title">
          <h2 id="paper-title">Paper</h2>
          <Pad
            strokes={strokes.value}
            onChange={(changed) => {
              strokes.value = changed;
            }}
            onPicture={frame}
          />
          <div class="buttons">
            <Action
              isBlocked={strokes.value.length === 0}
              onClick={() => {
                strokes.value = strokes.value.slice(0, -1);
              }}
            >
              Undo stroke
            </Action>
            <Action
              isBlocked={strokes.value.length === 0}
              onClick={() => {
                strokes.value = [];
              }}
            >
              Clear
            </Action>
          </div>
          <p class="note" id="pad-help">
            Mouse, pen or finger. Keys: arrows move the pen (with Shift a little), Space lowers and lifts it, Backspace
            undoes, Delete clears.
          </p>
        </section>
        <section class="panel" aria-labelledby="seen-title">
          <h2 id="seen-title">What the network sees</h2>
          <p class="verdict" role="status">
            {said(probabilities)}
          </p>
          {pixels ? (
            <Maps
              data={pixels}
              width={28}
              height={28}
              columns={1}
              palette="digit"
              scale={7}
              label="The drawing in 28 x 28 pixels"
            />
          ) : (
            <div class="blank" />
          )}
          <Strokes />
        </section>
        <section class="panel" aria-labelledby="sure-title">
          <h2 id="sure-title">How sure it is</h2>
          {probabilities ? <Probabilities probabilities={probabilities} /> : <p class="note">Nothing to read yet.</p>}
        </section>
      </div>
      <Neighbours image={pixels} />
      {pixels && outputs && (
        <>
          <Patches image={pixels} outputs={outputs} />
          <section class="panel" aria-labelledby="way-title">
            <h2 id="way-title">Your digit goes through the network</h2>
            <NetworkView image={pixels} />
          </section>
        </>
      )}
    </>
  );
}

function readingOf(probabilities: readonly number[]): Reading {
  const probability = Math.max(...probabilities);
  return { digit: probabilities.indexOf(probability), probability };
}

function said(probabilities: readonly number[] | undefined): string {
  if (!eye.value) return 'The network is being loaded.';
  if (framed.value.kind === 'nothing') return 'No digit: the paper is empty.';
  if (framed.value.kind === 'several') return `These are ${framed.value.count} digits: draw one.`;
  if (!probabilities) return '';
  const { digit, probability } = readingOf(probabilities);
  return `${digit}, ${(probability * 100).toFixed(1)} % sure`;
}

/** Why it cannot be trained now. */
const whyNot: Partial<Record<LabState, string>> = {
  loading: 'The digits are on their way.',
  broken: 'The digits could not be loaded.',
  training: 'It is being trained now.',
  contest: 'A comparison is running.',
};

/** Whether the network has learned anything. */
function Trained() {
  const whyId = useId();
  if (weights.value) {
    const test = lastTest.value;
    if (!test) return null;
    return (
      <p class="note">
        This network has {(test.accuracy * 100).toFixed(2)} % accuracy on the test digits
        {state.value === 'training' ? ' so far' : ''}.
      </p>
    );
  }
  const why = whyNot[state.value];
  return (
    <p class="strong">
      This network is untrained: it guesses.{' '}
      <Action
        isBlocked={why !== undefined}
        whyId={why && whyId}
        onClick={() => train({ ...recipeSettings('one-epoch'), seed: seed.value })}
      >
        Train it for an epoch
      </Action>{' '}
      {why && (
        <span class="note" id={whyId}>
          {why}
        </span>
      )}
    </p>
  );
}

function Strokes() {
  if (readings.value.length === 0) return null;
  return (
    <ol class="readings" aria-label="What it saw after each stroke">
      {readings.value.map((reading, i) => (
        <li key={i}>
          stroke {i + 1}: {reading ? `${reading.digit}, ${(reading.probability * 100).toFixed(0)} %` : '–'}
        </li>
      ))}
    </ol>
  );
}
