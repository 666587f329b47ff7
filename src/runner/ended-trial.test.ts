/** The message for a trial without a model: a command that can be copied and run in any folder. */
import { copyFileSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { requireModel } from './ended-trial.ts';

test.skipIf(process.platform === 'win32')('paths in the command are absolute and quoted for the shell', () => {
  const study = join(mkdtempSync(join(tmpdir(), 'lenet-ended-')), "Ann's $HOME");
  mkdirSync(join(study, 'trial-0000'), { recursive: true });
  copyFileSync(
    join(import.meta.dirname, '../../test/fixtures/format-5/post/study.journal'),
    join(study, 'study.journal'),
  );
  const word = (path: string) => `'${path.replaceAll("'", "'\\''")}'`;
  const command = `npx lenet study run ${word(join(study, 'study.yaml'))} --out ${word(study)}`;
  for (const path of [join(study, 'trial-0000'), relative(process.cwd(), join(study, 'trial-0000'))])
    expect(() => requireModel(path)).toThrow(command);
});
