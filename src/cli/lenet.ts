#!/usr/bin/env node
/**
 * The executable `lenet` (package.json, bin). It only loads main.ts, and turns a limit on open files that is too low
 * even for that into one line. It imports as little as possible, so that it can itself be loaded under such a limit.
 */
import { codeOf } from '../disk/platform.ts';

try {
  await import('./main.ts');
} catch (error) {
  if (codeOf(error) !== 'EMFILE') throw error;
  process.stderr.write('error: too many open files: the limit is too low to start (ulimit -n); lenet needs about 40\n');
  process.exitCode = 1;
}
