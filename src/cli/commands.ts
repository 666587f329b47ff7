/**
 * The commands of `lenet`, in the order of its help. Each file declares arguments, options and help; the code of a command is loaded when
 * the command is called, so that help and error messages appear at once.
 */
import type { AddCommand } from './command-context.ts';
import { data } from './commands/data.ts';
import { describe } from './commands/describe.ts';
import { evaluate } from './commands/evaluate.ts';
import { exportCommand } from './commands/export.ts';
import { fleet } from './commands/fleet.ts';
import { predict } from './commands/predict.ts';
import { study } from './commands/study.ts';
import { train } from './commands/train.ts';
import { ui } from './commands/ui.ts';
import { worker } from './commands/worker.ts';

export const commands: readonly AddCommand[] = [
  train,
  evaluate,
  data,
  describe,
  predict,
  exportCommand,
  study,
  worker,
  fleet,
  ui,
];
