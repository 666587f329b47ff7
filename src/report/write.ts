/** Writes a study's report: one HTML file, and Markdown with its figures beside it. */
import { join } from 'node:path';
import { makeFolder, writeFileAtomically } from '../disk/atomic-file.ts';
import type { StudyFolder } from '../runner/study-folder.ts';
import { reportBlocks } from './blocks.ts';
import type { Content } from './content.ts';
import { renderHtml } from './html.ts';
import { figureFiles, renderMarkdown } from './markdown.ts';

const figures = 'report-figures';

/** @throws WorldError when the disk refuses. */
export async function writeReport(content: Content, folder: StudyFolder): Promise<void> {
  const blocks = await reportBlocks(content, folder);
  const title = `Study ${content.view.definition.name}`;
  writeFileAtomically(folder.htmlPath, renderHtml(title, blocks));
  makeFolder(join(folder.path, figures));
  for (const { name, content: figure } of figureFiles(blocks)) {
    writeFileAtomically(join(folder.path, figures, name), figure);
  }
  writeFileAtomically(folder.markdownPath, renderMarkdown(blocks, figures));
}
