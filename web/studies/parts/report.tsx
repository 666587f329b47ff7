/** Sections of the report, as the server made them, with their figures in frames that export them. */
import type { Facts, ReportBlock, ReportSection } from '../../../src/server/protocol.ts';
import { csvOf } from '../../shared/chart/csv.ts';
import { ChartFrame } from '../../shared/chart/frame.tsx';

type Figure = Extract<ReportBlock, { kind: 'figures' }>['figures'][number];

export interface ReportProps {
  readonly facts: Facts;
  /** Names of sections, in the order in which they are shown. */
  readonly sections: readonly string[];
}

export function Report({ facts, sections }: ReportProps) {
  const shown = sections.flatMap((name) => facts.sections.filter((section) => section.name === name));
  return (
    <>
      {shown.map((section) => (
        <Section key={section.name} section={section} facts={facts} />
      ))}
    </>
  );
}

function Section({ section, facts }: { readonly section: ReportSection; readonly facts: Facts }) {
  return (
    <section class="report">
      {section.blocks.map((block, index) =>
        block.kind === 'html' ? (
          // biome-ignore lint/security/noDangerouslySetInnerHtml: the server escapes all text, and the content policy forbids scripts
          <div key={index} dangerouslySetInnerHTML={{ __html: block.html }} />
        ) : (
          <div key={index} class="figures">
            {block.figures.map((figure) => (
              <ReportFigure key={figure.name} figure={figure} facts={facts} />
            ))}
          </div>
        ),
      )}
    </section>
  );
}

export function ReportFigure({ figure, facts }: { readonly figure: Figure; readonly facts: Facts }) {
  const isSvg = figure.html.startsWith('<svg');
  return (
    <ChartFrame
      title={figure.caption || figure.name}
      svg={isSvg ? () => figure.html : undefined}
      csv={facts.show ? () => valuesCsv(facts) : undefined}
    >
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: as above */}
      <div
        class="report-figure"
        tabIndex={0}
        role="group"
        aria-label={figure.alt}
        dangerouslySetInnerHTML={{ __html: figure.html }}
      />
    </ChartFrame>
  );
}

/** The values behind the charts of a report: a row for each level, or for each setting of a search. */
export function valuesCsv({ show }: Pick<Facts, 'show'>): string {
  if (!show) return '';
  if (show.search) {
    const names = [...new Set(show.search.proposals.flatMap(({ values }) => Object.keys(values)))];
    const most = Math.max(0, ...show.search.proposals.map(({ scores }) => scores.length));
    const rungs = Array.from({ length: most }, (_, index) => show.search!.rungs?.[index]);
    const head = [
      'setting',
      'state',
      ...names,
      ...rungs.map((epochs) => (epochs ? `score after epoch ${epochs}` : 'score')),
    ];
    const rows = show.search.proposals.map(({ number, state, values, scores }) => [
      number,
      state,
      ...names.map((name) => values[name]),
      ...rungs.map((_, index) => scores[index]),
    ]);
    return csvOf(head, rows);
  }
  const head = [
    'stage',
    'configuration',
    'level',
    'standing',
    'mean',
    'standard deviation',
    'mean from',
    'mean to',
    'difference to best from',
    'difference to best to',
    'scores',
  ];
  const rows = show.stages.flatMap(({ levels }, stage) =>
    levels.map((level) => [
      stage + 1,
      level.configuration,
      level.shown,
      level.standing,
      level.mean,
      level.standardDeviation,
      ...(level.meanInterval ?? [null, null]),
      ...(level.differenceToBest ?? [null, null]),
      level.scores.map((score) => score ?? '').join(' '),
    ]),
  );
  return csvOf(head, rows);
}
