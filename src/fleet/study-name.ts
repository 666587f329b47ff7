/** The name of a study in the database: a UUID in a file of the study's folder, so that the same study goes on. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../disk/atomic-file.ts';
import { readText } from '../disk/read-file.ts';

/** The file, beside the journal. */
export const studyNameFile = 'fleet.json';

const schema = z.strictObject({ study: z.uuid() });

/** Undefined where the study has not used a fleet, or the file is damaged: its trainings are then sent again. */
export function readStudyName(folder: string): string | undefined {
  const path = pathOf(folder);
  if (!existsSync(path)) return undefined;
  try {
    return schema.parse(JSON.parse(readText(path))).study;
  } catch {
    return undefined;
  }
}

/** The name, made where there is none. @param check prevents the write by throwing. */
export function studyName(folder: string, check: () => void): string {
  const known = readStudyName(folder);
  if (known !== undefined) return known;
  const study = randomUUID();
  writeFileAtomically(pathOf(folder), `${JSON.stringify({ study })}\n`, { check });
  return study;
}

function pathOf(folder: string): string {
  return join(folder, studyNameFile);
}
