/** Where a study was computed: machines and software, times, its data and its file. */
import { Scroll } from '../../shared/scroll.tsx';
import { Report } from '../parts/report.tsx';
import { Sessions } from '../parts/sessions.tsx';
import type { StudyViewProps } from '../views.ts';

export default function About({ study, data: { head } }: StudyViewProps) {
  const facts = study.facts.value;
  return (
    <>
      <h2>Processes that worked on the study</h2>
      {head.sessions.length === 0 ? (
        <p>Nothing is recorded about them, or this page leaves it out.</p>
      ) : (
        <Sessions sessions={head.sessions} />
      )}
      {head.data && (
        <p>
          Data: {head.data.name}, hash <code>{head.data.hash.slice(0, 12)}</code>
        </p>
      )}
      {facts && <Report facts={facts} sections={['network', 'times']} />}
      {head.file && (
        <>
          <h2>The study file</h2>
          <Scroll label="The study file">
            <pre>{head.file}</pre>
          </Scroll>
        </>
      )}
    </>
  );
}
