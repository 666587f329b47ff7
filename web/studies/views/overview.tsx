/** A study at a glance: the outcome in sentences, who is still in, intervals, dot plots and rounds. */
import type { Facts, ShowStage } from '../../../src/server/protocol.ts';
import { linkTo } from '../address.ts';
import { trialValue } from '../data/filter.ts';
import { scoreText, stepWord } from '../data/words.ts';
import { LazyView } from '../parts/lazy.tsx';
import { Report, ReportFigure } from '../parts/report.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { WhoIsIn } from '../parts/who-is-in.tsx';
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
        <section class="outcome" aria-label="Outcome">
          {facts.outcome.slice(1).map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </section>
      )}
      {stages.map((stage, index) => (
        <Stage key={stage.factors.join()} stage={stage} index={index} facts={facts} data={data} />
      ))}
      {stages.length === 0 && !facts.show?.search && data.head.kind === 'study' && (
        <Empty>Nothing can be said yet: the first trials are not finished.</Empty>
      )}
      {data.head.kind === 'optuna' && <LazyView load={history} props={{ study, data }} />}
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

/** Of a study that is not judged there are its values to see. The code of charts is loaded for these studies only. */
const history = () => import('../parts/history.tsx');

/** How many running trials are listed. */
const mostRunning = 12;

/** What is being trained now, with the value so far. */
function Running({ study, data: { head, state, trials } }: Pick<StudyViewProps, 'study' | 'data'>) {
  const running = trials.filter(({ state }) => state === 'running');
  if (running.length === 0) return null;
  return (
    <section aria-label="Running trials">
      {state.state !== 'running' && (
        <p class="note">
          {head.kind === 'study'
            ? 'Nobody works on these trials at the moment. They go on where they were when the study does.'
            : 'These trials have not ended, but nothing was added to them lately.'}
        </p>
      )}
      <ul class="now-training">
        {running.slice(0, mostRunning).map((trial) => {
          const epoch = trial.curve.epoch.at(-1);
          return (
            <li key={trial.number}>
              <a href={linkTo('study', study.id, 'trial', trial.number)}>trial {trial.number}</a>{' '}
              {epoch === undefined
                ? 'begins'
                : `${stepWord(head.kind)} ${epoch}${head.epochs === null ? '' : ` of ${head.epochs}`}, ${scoreText(trialValue(trial), head.objective)}`}
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
    <section class="stage">
      <h2>{title}</h2>
      {headline !== undefined && <p class="strong">{headline}</p>}
      <div>
        <WhoIsIn stage={stage} title={title} data={data} />
        {evidence.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </div>
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
