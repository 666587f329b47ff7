#!/usr/bin/env node
/**
 * The executable `lenet` (package.json, bin). It only calls main.ts, and says last words on errors that nothing else
 * caught, here and in main.ts. It imports as little as possible, so that it can itself be loaded under a low limit on
 * open files.
 */
import { endOnUncaught } from './uncaught.ts';

endOnUncaught();
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
