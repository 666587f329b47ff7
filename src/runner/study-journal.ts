/** The journal in a study's folder: its name makes a folder a study. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export const journalName = 'study.journal';

export function journalPathIn(folder: string): string {
  return join(folder, journalName);
}

export function holdsStudy(folder: string): boolean {
  return existsSync(journalPathIn(folder));
}
