/** Writes a study's report: one HTML file, and Markdown with its figures beside it. */
import { basename, dirname, join } from 'node:path';
import { makeFolder, writeFileAtomically } from '../disk/atomic-file.ts';
import type { StudyFacts } from './facts.ts';
import { renderHtml } from './html.ts';
import { figureFiles, renderMarkdown } from './markdown.ts';
import { withoutPlaces } from './places.ts';
import type { ReportSource } from './section.ts';
import { reportBlocks } from './sections.ts';

/** Where the report goes; the figures' folder lies beside the Markdown. */
export interface ReportPaths {
  readonly htmlPath: string;
  readonly markdownPath: string;
}

/** How a report is written. */
export interface WriteOptions extends ReportPaths {
  /** Called before each file appears; prevents it by throwing. */
  readonly check?: () => void;
  /** Folders whose names are left out of the text. */
  readonly hiddenPlaces?: readonly string[];
}

/**
 * @throws WorldError when the disk refuses.
 */
export async function writeReport(
  facts: StudyFacts,
  source: ReportSource,
  { htmlPath, markdownPath, check, hiddenPlaces = [] }: WriteOptions,
): Promise<void> {
  const blocks = await reportBlocks(facts, source);
  const html = renderHtml(`Study ${facts.definition.name}`, blocks);
  writeFileAtomically(htmlPath, withoutPlaces(html, hiddenPlaces), { check });
  const figures = `${basename(markdownPath, '.md')}-figures`;
  const folder = join(dirname(markdownPath), figures);
  makeFolder(folder);
  for (const { name, content } of figureFiles(blocks)) {
    writeFileAtomically(join(folder, name), content, { check });
  }
  writeFileAtomically(markdownPath, withoutPlaces(renderMarkdown(blocks, figures), hiddenPlaces), { check });
}
