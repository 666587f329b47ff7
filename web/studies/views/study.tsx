/** A study: its head with state and control, the tabs of its views, and the filter that holds for them. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { LiveState, StudyHead } from '../../../src/server/protocol.ts';
import { address, addressText, linkTo, placeOfId } from '../address.ts';
import { followStudy, type LiveStudy, type StudyData } from '../data/study.ts';
import { durationText } from '../data/words.ts';
import { EntryBadge } from '../parts/badge.tsx';
import { Control } from '../parts/control.tsx';
import { FilterBar } from '../parts/filter-bar.tsx';
import { LazyView } from '../parts/lazy.tsx';
import { Moment } from '../parts/moment.tsx';
import { DeadEnd, Empty, Loading, NotFound, Problem } from '../parts/states.tsx';
import { type PageViewProps, type StudyView, studyViews } from '../views.ts';
import { Progress } from './entries.tsx';

export default function Study({ rest: [id, ...rest] }: PageViewProps) {
  if (id) return <OfStudy key={id} id={id} rest={rest} />;
  return (
    <DeadEnd title="Study">
      <NotFound what="study" />
    </DeadEnd>
  );
}

function OfStudy({ id, rest: [name = '', ...rest] }: { readonly id: string; readonly rest: readonly string[] }) {
  const [study, setStudy] = useState<LiveStudy>();
  useEffect(() => {
    const followed = followStudy(id);
    setStudy(followed);
    return followed.close;
  }, [id]);
  const data = study?.data.value;
  const problem = study?.problem.value;
  useEffect(() => {
    if (data) document.title = `${data.head.name} – lenet-lab`;
  }, [data?.head.name]);
  if (!study || (!data && !problem)) return <Loading what="study" />;
  if (!data)
    return (
      <DeadEnd title={`Study ${placeOfId(id)}`}>
        <Problem error={problem!} what="study" retry={study.reload} />
      </DeadEnd>
    );
  const view = studyViews.find((each) => each.name === name);
  return (
    <>
      <Head study={study} data={data} />
      {problem && (
        <p class="banner" role="status">
          {problem.message}
        </p>
      )}
      <Tabs head={data.head} state={data.state} current={view} />
      {view ? (
        <View view={view} study={study} data={data} rest={rest} />
      ) : (
        <NotFound what="view" back={{ to: linkTo('study', id), text: 'To the overview of this study' }} />
      )}
    </>
  );
}

interface ViewProps {
  readonly view: StudyView;
  readonly study: LiveStudy;
  readonly data: StudyData;
  readonly rest: readonly string[];
}

function View({ view, study, data, rest }: ViewProps) {
  const isEmpty = data.trials.length === 0 && (view.filters || view.name === '');
  return (
    <>
      {view.filters && !isEmpty && <FilterBar data={data} />}
      {isEmpty ? (
        <Empty>
          <p>No trial has been started yet.</p>
          {data.state.state !== 'running' && <p>Nobody works on this study at the moment.</p>}
        </Empty>
      ) : (
        <LazyView key={view.name} load={view.load} props={{ study, data, rest }} />
      )}
    </>
  );
}

function Head({ study, data: { head, state } }: { readonly study: LiveStudy; readonly data: StudyData }) {
  const facts = study.facts.value;
  const first = facts?.outcome[0];
  return (
    <header class="study-head">
      <div class="study-title">
        <h1>{head.name}</h1>
        <EntryBadge state={state.state} kind={head.kind} />
        {head.kind === 'optuna' && <span class="kind">Optuna</span>}
        {facts && (
          <Progress
            ended={facts.counts.ended}
            expected={facts.counts.expected || null}
            failed={facts.counts.failed}
            unit="trial"
          />
        )}
        {facts?.secondsLeft != null && state.state === 'running' && (
          <span class="muted">about {durationText(facts.secondsLeft)} left</span>
        )}
        <Control id={head.id} state={state} />
      </div>
      <p class="muted">
        {head.title}
        {state.holder && (
          <>
            {' · '}
            {state.holder.name}
            {state.holder.since && (
              <>
                {' since '}
                <Moment at={state.holder.since} />
              </>
            )}
          </>
        )}
      </p>
      {state.message && (
        <div class="failure" role="alert">
          <p class="problem words">{state.message}</p>
        </div>
      )}
      {first && <p class="strong">{first}</p>}
    </header>
  );
}

interface TabsProps {
  readonly head: StudyHead;
  readonly state: LiveState;
  readonly current: StudyView | undefined;
}

/** The filter stays in the address from tab to tab. */
function Tabs({ head, state, current }: TabsProps) {
  const { query } = address.value;
  const tabs = useMemo(() => studyViews.filter(({ inTabs }) => !inTabs || inTabs(head, state)), [head, state]);
  return (
    <nav class="tabs" aria-label="Views of the study">
      {tabs.map((view) => (
        <a
          key={view.name}
          href={addressText({ path: ['study', head.id, ...(view.name ? [view.name] : [])], query })}
          aria-current={view === current ? 'page' : view.name === current?.under ? 'true' : undefined}
        >
          {view.title}
        </a>
      ))}
    </nav>
  );
}
