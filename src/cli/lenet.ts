#!/usr/bin/env node
/** What `lenet` starts: reads the command's code, and says in one line if that takes more open files than are allowed. */
try {
  await import('./main.ts');
} catch (error) {
  if (!(error instanceof Error && 'code' in error && error.code === 'EMFILE')) throw error;
  process.stderr.write('error: too many open files: the limit is too low to start (ulimit -n); lenet needs about 40\n');
  process.exitCode = 1;
}
