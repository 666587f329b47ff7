/** The view for comparing: two settings, several seeds each, and the verdict as it forms. */
import { signal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { Settings } from '../../../src/study/definition.ts';
import { Action } from '../../shared/action.tsx';
import { csvOf } from '../../shared/chart/csv.ts';
import { download } from '../../shared/download.ts';
import type { ContestView } from '../lab/protocol.ts';
import { areSame, recipeSettings } from '../settings.ts';
import { comparedWith, contest, state } from '../state/known.ts';
import { startContest, stop } from '../state/lab.ts';
import { firstClick } from './first-click.ts';
import { Scores } from './scores.tsx';
import { SettingsForm } from './settings-form.tsx';

const pair = signal<readonly [Settings, Settings]>([
  { ...recipeSettings('one-epoch') },
  { ...recipeSettings('one-epoch'), batchSize: 128 },
]);
const seedCount = signal(3);

export function CompareView() {
  const isRunning = state.value === 'contest';
  const view = contest.value;
  const change = (at: 0 | 1) => (settings: Settings) => {
    pair.value = at === 0 ? [settings, pair.value[1]] : [pair.value[0], settings];
  };
  const isSame = areSame(...pair.value);
  const isChanged = isRunning && isMoved();
  const why = useId();
  return (
    <>
      <p class="lead">
        One training is a draw: another seed gives another network. Train both settings with the same {seedCount.value}{' '}
        seeds and see whether the difference is more than luck. Judged on 5,000 training digits that are held out, so
        that the test digits stay unseen.
      </p>
      <div class="contest">
        {(['A', 'B'] as const).map((name, at) => (
          <section key={name} class={`panel contestant-${name}`} aria-labelledby={`setting-${name}`}>
            <h2 id={`setting-${name}`}>Setting {name}</h2>
            <SettingsForm settings={pair.value[at]!} onChange={change(at as 0 | 1)} />
          </section>
        ))}
      </div>
      <div class="buttons">
        {isRunning ? (
          <Action class="main" onClick={firstClick(stop)}>
            Stop
          </Action>
        ) : (
          <Action
            class="main"
            isBlocked={isSame || !['idle', 'trained', 'held', 'diverged'].includes(state.value)}
            whyId={why}
            onClick={firstClick(() =>
              startContest({
                settings: pair.value,
                seeds: Array.from({ length: seedCount.value }, (_, i) => i + 1),
              }),
            )}
          >
            Compare
          </Action>
        )}
        <label class="inline">
          Seeds{' '}
          <select
            value={seedCount.value}
            onChange={({ currentTarget }) => {
              seedCount.value = Number(currentTarget.value);
            }}
          >
            {[2, 3, 5, 10].map((count) => (
              <option key={count} value={count}>
                {count}
              </option>
            ))}
          </select>
        </label>
        {isChanged && (
          <span class="note" role="status">
            What you have changed counts from the next comparison.
          </span>
        )}
        {(isSame || state.value === 'training') && (
          <span class="note" id={why}>
            {isSame ? 'Both settings are the same: change one of them.' : 'A training is running; pause it to compare.'}
          </span>
        )}
      </div>
      <section class="panel" aria-labelledby="verdict-title">
        <h2 id="verdict-title">Verdict</h2>
        {view ? (
          <Verdict view={view} />
        ) : (
          <p class="note">It forms as seeds come in: after the first pair of trainings.</p>
        )}
      </section>
    </>
  );
}

/** Whether the choices are others than those that are compared. */
function isMoved(): boolean {
  const compared = comparedWith.value;
  if (!compared) return false;
  const { settings, seeds } = compared;
  return seeds.length !== seedCount.value || settings.some((each, at) => !areSame(each, pair.value[at]!));
}

function Verdict({ view }: { readonly view: ContestView }) {
  const { verdict, comparison, judged, names, seeds, running, isFinished } = view;
  const at = isFinished
    ? 'Finished.'
    : state.value !== 'contest'
      ? 'Stopped.'
      : running && `Setting ${'AB'[running.contestant]}, seed ${running.seed}: ${Math.round(running.share * 100)} %.`;
  return (
    <div class="judged">
      <div>
        <Scores view={view} />
      </div>
      <div>
        <p class="note">
          A: {names[0]}. B: {names[1]}. {judged} of {seeds.length} seeds judged. {at}
        </p>
        <div role="status">
          {verdict.map((sentence, i) => (
            <p key={sentence} class={i === 0 ? 'strong' : undefined}>
              {sentence}
            </p>
          ))}
        </div>
        {comparison.length > 0 && (
          <details>
            <summary>Seed by seed, paired</summary>
            {comparison.map((line) => (
              <p key={line}>{line}</p>
            ))}
          </details>
        )}
        <button type="button" onClick={() => download('comparison.csv', csvText(view), 'text/csv')}>
          Download CSV
        </button>
      </div>
    </div>
  );
}

function csvText({ seeds, contestants }: ContestView): string {
  const [a, b] = contestants;
  return csvOf(
    ['seed', 'A: accuracy on held-out digits (%)', 'B: accuracy on held-out digits (%)'],
    seeds.map((seed, i) => [seed, a.scores[i], b.scores[i]]),
  );
}
