/** Sections of the report, as the server made them, with their figures in frames that export them. */
import type { Facts, ReportSection } from '../../../src/server/protocol.ts';
import { ChartFrame } from '../../shared/chart/frame.tsx';
import { Scroll } from '../../shared/scroll.tsx';
import { figureCsv, type ReportFigureView } from '../data/report-csv.ts';

export interface ReportProps {
  readonly facts: Facts;
  /** Names of sections, in the order in which they are shown. */
  readonly sections: readonly string[];
  /** Names of figures that are left out. */
  readonly without?: readonly string[];
}

export function Report({ facts, sections, without = [] }: ReportProps) {
  const shown = sections.flatMap((name) => facts.sections.filter((section) => section.name === name));
  return (
    <div class="reports">
      {shown.map((section) => (
        <Section key={section.name} section={section} facts={facts} without={without} />
      ))}
    </div>
  );
}

type SectionProps = Required<Pick<ReportProps, 'facts' | 'without'>> & { readonly section: ReportSection };

function Section({ section: { name, blocks }, facts, without }: SectionProps) {
  return (
    <section class="report">
      {blocks.map((block, index) =>
        block.kind === 'html' ? (
          // The server escapes all text, and the content policy forbids scripts.
          <div key={index} dangerouslySetInnerHTML={{ __html: block.html }} />
        ) : (
          <div key={index} class="charts">
            {block.figures
              .filter((figure) => !without.includes(figure.name))
              .map((figure) => (
                <ReportFigure key={figure.name} figure={figure} section={name} facts={facts} />
              ))}
          </div>
        ),
      )}
    </section>
  );
}

export interface ReportFigureProps {
  readonly figure: ReportFigureView;
  /** The name of its section, which says which numbers it shows. */
  readonly section: string;
  readonly facts: Facts;
}

export function ReportFigure({ figure, section, facts }: ReportFigureProps) {
  const { name, caption, alt, html } = figure;
  const csv = figureCsv(figure, section, facts);
  return (
    <ChartFrame
      title={caption || name}
      svg={hasSvg(html) ? () => svgOf(html) : undefined}
      csv={csv === undefined ? undefined : () => csv}
    >
      <Scroll class="report-figure" label={`${name}: ${alt}`}>
        <div dangerouslySetInnerHTML={{ __html: html }} />
      </Scroll>
    </ChartFrame>
  );
}

const embedded = /src="data:image\/svg\+xml;base64,([^"]+)"/;

function hasSvg(html: string): boolean {
  return html.startsWith('<svg') || embedded.test(html);
}

/** The figure as a file: a drawing with a style sheet of its own stands in an image. */
function svgOf(html: string): string {
  const code = embedded.exec(html)?.[1];
  if (code === undefined) return html;
  return new TextDecoder().decode(Uint8Array.from(atob(code), (letter) => letter.charCodeAt(0)));
}
