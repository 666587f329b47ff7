/** The table of a network's layers on standard output. */
import { describeModel, type Model } from '../nn/model.ts';
import { modelText } from '../report/model-text.ts';
import { type Screen, terminalWidth } from './terminal.ts';

/** The layers of a network, fitted to the terminal. Where the output is no terminal, cells are not broken. */
export function modelTable(model: Model, stdout: Screen = process.stdout): string {
  const width = terminalWidth(stdout);
  return stdout.isTTY ? modelText(model, width) : describeModel(model, width);
}
