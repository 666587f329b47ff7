/** How far a training is, in numbers and in a sentence. */
import { fingerprint, lastTest, predicted, progress, seconds, state } from '../state/known.ts';

export function Numbers() {
  const at = progress.value;
  const test = lastTest.value;
  const wrong = predicted.value && test ? Math.round((1 - test.accuracy) * predicted.value.length) : undefined;
  return (
    <>
      <dl class="numbers">
        <div>
          <dt>Test accuracy</dt>
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
    case 'broken':
      return 'Nothing can be trained: the digits could not be loaded.';
    case 'contest':
      return 'A comparison is running.';
    case 'training':
      return 'Training.';
    case 'held':
      return 'Paused.';
    case 'diverged':
      return 'The loss is no longer a number: the learning rate is too high for these settings. Lower it and train again.';
    case 'trained':
      return fingerprint.value === undefined
        ? 'Stopped before its end.'
        : `Trained: ${((test?.accuracy ?? 0) * 100).toFixed(2)} % accuracy on the test digits. Fingerprint of the weights: ${fingerprint.value}, the same on every machine for the same settings and seed.`;
    default:
      return 'Untrained: the network guesses. Press Start.';
  }
}
