/** Writes a study's report: one HTML file, and Markdown with its figures beside it. */
import { basename, dirname, join } from 'node:path';
import { makeFolder, writeFileAtomically } from '../disk/atomic-file.ts';
import type { StudyFacts } from './facts.ts';
import { renderHtml } from './html.ts';
import { figureFiles, renderMarkdown } from './markdown.ts';
import type { ReportSource } from './section.ts';
import { reportBlocks } from './sections.ts';

/** Where the report goes; the figures' folder lies beside the Markdown. */
export interface ReportPaths {
  readonly htmlPath: string;
  readonly markdownPath: string;
}

/**
 * @param paths and `check`, which is called before each file appears, and prevents it by throwing.
 * @throws WorldError when the disk refuses.
 */
export async function writeReport(
  facts: StudyFacts,
  source: ReportSource,
  { htmlPath, markdownPath, check }: ReportPaths & { readonly check?: () => void },
): Promise<void> {
  const blocks = await reportBlocks(facts, source);
  writeFileAtomically(htmlPath, renderHtml(`Study ${facts.definition.name}`, blocks), { check });
  const figures = `${basename(markdownPath, '.md')}-figures`;
  const folder = join(dirname(markdownPath), figures);
  makeFolder(folder);
  for (const { name, content } of figureFiles(blocks)) {
    writeFileAtomically(join(folder, name), content, { check });
  }
  writeFileAtomically(markdownPath, renderMarkdown(blocks, figures), { check });
}
