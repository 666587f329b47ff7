/** Who is still in at a stage: a line for each level with its standing, its mean, and its interval. */
import { useState } from 'preact/hooks';
import type { ShowStage } from '../../../src/server/protocol.ts';
import { Scroll } from '../../shared/scroll.tsx';
import { addressText, linkTo } from '../address.ts';
import { leadingLevels } from '../data/leading-levels.ts';
import type { StudyData } from '../data/study.ts';
import { differenceText, scoreText } from '../data/words.ts';

interface WhoProps {
  readonly data: StudyData;
  readonly stage: ShowStage;
  readonly title: string;
}

/** How many levels are shown until a user asks for all: a stage may have thousands. */
const mostLevels = 40;

/** A line for each level: its standing, its mean, and its interval against the best of the others. */
export function WhoIsIn({ stage, title, data: { head } }: WhoProps) {
  const { objective, id } = head;
  const [isWhole, setWhole] = useState(false);
  const all = stage.levels;
  const shown = isWhole ? all : leadingLevels(all, objective.goal, mostLevels);
  const chosen = stage.levels.find(({ selected }) => selected)?.configuration;
  const intervals = stage.levels.flatMap(({ differenceToBest }) => (differenceToBest ? [...differenceToBest] : []));
  const reach = Math.max(1e-9, ...intervals.map(Math.abs));
  return (
    <>
      <p class="note">
        Who is in. The bar is the 95 % interval of a level's difference to the best of the others; right of the line it
        is better.
      </p>
      <Scroll label={`Who is in: ${title}`}>
        <table class="who">
          <thead>
            <tr>
              <th scope="col">level</th>
              <th scope="col">standing</th>
              <th scope="col" class="number">
                seeds
              </th>
              <th scope="col" class="number">
                mean
              </th>
              <th scope="col">to the best of the others</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {shown.map((level) => (
              <tr key={level.label} class={level.selected ? 'selected' : ''}>
                <th scope="row">
                  {level.shown} <span class="muted">{level.configuration}</span>
                </th>
                <td>
                  <span class={`standing ${level.standing.replaceAll(' ', '-')}`}>{standings[level.standing]}</span>
                </td>
                <td class="number">{level.scores.filter((score) => score !== null).length}</td>
                <td class="number">{scoreText(level.mean, objective)}</td>
                <td>
                  {level.differenceToBest ? (
                    <IntervalBar
                      interval={level.differenceToBest}
                      reach={reach}
                      goal={objective.goal}
                      decimals={objective.decimals}
                    />
                  ) : (
                    '–'
                  )}
                </td>
                <td>
                  {chosen !== undefined && level.configuration !== chosen && (
                    <a
                      href={addressText({
                        path: ['study', id, 'compare'],
                        query: { a: chosen, b: level.configuration },
                      })}
                    >
                      compare<span class="unseen"> {level.shown} with the selected level</span>
                    </a>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {shown.length < all.length && (
        <p>
          The {shown.length} best of {all.length.toLocaleString('en-US')} levels.{' '}
          <button type="button" onClick={() => setWhole(true)}>
            Show all
          </button>
        </p>
      )}
      <p>
        <a href={linkTo('study', id, 'curves')}>Learning curves of these levels</a>
      </p>
    </>
  );
}

const standings: Readonly<Record<ShowStage['levels'][number]['standing'], string>> = {
  best: '● the best',
  'may be best': '◐ may be best',
  worse: '○ worse',
  left: '○ left',
  pending: '… not judged yet',
  open: '… open',
  failed: '✕ failed',
  pruned: '◂ stopped early',
};

interface BarProps {
  readonly interval: readonly [number, number];
  readonly reach: number;
  readonly goal: 'maximize' | 'minimize';
  readonly decimals: number;
}

/** The better side is right: for a loss the axis is turned. */
function IntervalBar({ interval: [low, high], reach, goal, decimals }: BarProps) {
  const place = (value: number) => 80 + ((goal === 'maximize' ? value : -value) / reach) * 76;
  const [from, to] = [place(low), place(high)].sort((a, b) => a - b) as [number, number];
  const text = `${differenceText(low, { decimals })} to ${differenceText(high, { decimals })}`;
  return (
    <span class="interval">
      <svg width="160" height="16" viewBox="0 0 160 16" aria-hidden="true">
        <line x1="80" x2="80" y1="0" y2="16" class="zero" />
        <line x1={from} x2={to} y1="8" y2="8" class="bar" />
        <line x1={from} x2={from} y1="4" y2="12" class="bar" />
        <line x1={to} x2={to} y1="4" y2="12" class="bar" />
      </svg>{' '}
      {text}
    </span>
  );
}
