/** A study at a glance: the outcome in sentences, who is still in, intervals, dot plots and rounds. */
import type { Facts, ShowStage } from '../../../src/server/protocol.ts';
import { Scroll } from '../../shared/scroll.tsx';
import { addressText, linkTo } from '../address.ts';
import { trialValue } from '../data/filter.ts';
import { differenceText, scoreText } from '../data/words.ts';
import { Report, ReportFigure } from '../parts/report.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import type { StudyViewProps } from '../views.ts';

/** The sections of the report that stand here as they are; charts of settings and times stand in other views. */
const sections = ['search', 'undecided', 'reference', 'failures', 'foreign', 'caveats'];

/** Those that are opened on demand. */
const more = ['stages', 'glossary'];

export default function Overview({ study, data }: StudyViewProps) {
  const facts = study.facts.value;
  const problem = study.factsProblem.value;
  if (!facts) return problem ? <Failed message={problem} retry={study.reload} /> : <Loading what="findings" />;
  const stages = facts.show?.stages ?? [];
  return (
    <>
      <Running study={study} data={data} />
      {facts.outcome.length > 1 && (
        <section aria-label="Outcome">
          {facts.outcome.slice(1).map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </section>
      )}
      {stages.map((stage, index) => (
        <Stage key={stage.factors.join()} stage={stage} index={index} facts={facts} data={data} />
      ))}
      {stages.length === 0 && !facts.show?.search && data.head.kind === 'study' && (
        <Empty>Nothing can be said yet.</Empty>
      )}
      <Report facts={facts} sections={sections} />
      {facts.sections.some(({ name }) => more.includes(name)) && (
        <details>
          <summary>All tables of the report, and its words</summary>
          <Report facts={facts} sections={more} />
        </details>
      )}
    </>
  );
}

/** How many running trials are listed. */
const mostRunning = 12;

/** What is being trained now, with the value so far. */
function Running({ study, data: { head, state, trials } }: Pick<StudyViewProps, 'study' | 'data'>) {
  const running = trials.filter(({ state }) => state === 'running');
  if (running.length === 0) return null;
  return (
    <section aria-label="Running trials">
      {state.state !== 'running' && (
        <p class="note">Nobody works on these trials at the moment. They go on where they were when the study does.</p>
      )}
      <ul class="now-training">
        {running.slice(0, mostRunning).map((trial) => {
          const epoch = trial.curve.epoch.at(-1);
          return (
            <li key={trial.number}>
              <a href={linkTo('study', study.id, 'trial', trial.number)}>trial {trial.number}</a>{' '}
              {epoch === undefined
                ? 'begins'
                : `epoch ${epoch}${head.epochs === null ? '' : ` of ${head.epochs}`}, ${scoreText(trialValue(trial), head.objective)}`}
            </li>
          );
        })}
        {running.length > mostRunning && <li>{running.length - mostRunning} more are running</li>}
      </ul>
    </section>
  );
}

type StageProps = Pick<StudyViewProps, 'data'> & {
  readonly stage: ShowStage;
  readonly index: number;
  readonly facts: Facts;
};

function Stage({ stage, index, facts, data }: StageProps) {
  const { title = '', sentences = [] } = facts.stages[index] ?? {};
  const [headline, ...evidence] = sentences;
  return (
    <section>
      <h2>{title}</h2>
      {headline !== undefined && <p class="strong">{headline}</p>}
      <WhoIsIn stage={stage} title={title} data={data} />
      {evidence.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <div class="charts">
        {figuresOf(facts, index).map((figure) => (
          <ReportFigure key={figure.name} figure={figure} section="stages" facts={facts} />
        ))}
      </div>
    </section>
  );
}

/** The dot plot and the rounds of a stage; its curves are live in a view of their own. */
function figuresOf({ sections: all }: Facts, stage: number) {
  const blocks = all.find(({ name }) => name === 'stages')?.blocks ?? [];
  return blocks
    .flatMap((block) => (block.kind === 'figures' ? block.figures : []))
    .filter(({ name }) => name.startsWith(`stage-${stage + 1}`) && !name.includes('curves'));
}

type WhoProps = Pick<StudyViewProps, 'data'> & { readonly stage: ShowStage; readonly title: string };

/** A line for each level: its standing, its mean, and its interval against the best of the others. */
function WhoIsIn({ stage, title, data: { head } }: WhoProps) {
  const { objective, id } = head;
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
            {stage.levels.map((level) => (
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
