/**
 * The command line: reads the arguments, calls the command, turns errors into messages and exit codes. The executable
 * `lenet` (lenet.ts) loads this file.
 */
import { type Command, CommanderError } from 'commander';
import { UsageError, WorldError } from '../base/errors.ts';
import { visibleLines } from '../base/plain-text.ts';
import { version } from '../base/version.ts';
import { machineFailure } from '../runner/machine.ts';
import type { CommandContext } from './command-context.ts';
import { commands } from './commands.ts';
import { addHelp, SuggestingCommand } from './options.ts';
import { Output } from './output.ts';

const examples = `
Examples:
  lenet study run post                           the whole study of the post, with a report
  lenet study show runs/post                     its results so far
  lenet ui                                       the same in the browser, live
  lenet train                                    the baseline: LeNet-5 on MNIST, about 98.4 % after 10 epochs
  lenet train --recipe one-epoch                 about 99.0 % after one epoch
  lenet train --batch-size 32 --out runs/mine    another batch size, with a named run folder
  lenet train --resume --out runs/mine           continue after Ctrl-C or a crash
  lenet data                                     what is in a data set, before training on it
  lenet evaluate runs/mine                       evaluate a saved model, class by class
  lenet predict runs/mine examples/digits/7.png  predict the digit in an image
  lenet export runs/mine --onnx mine.onnx        the network for other software
  lenet describe lenet5 --svg lenet5.svg         show and draw the network
  lenet train --model my-net.yaml                a network of your own (docs/networks.md)`;

function buildProgram(context: CommandContext): Command {
  const program = new SuggestingCommand('lenet')
    .description('Train and tune small convolutional networks: fast, exactly reproducible, resumable.')
    .version(version)
    .addHelpText('after', examples)
    .configureOutput({ outputError: (text, write) => write(visibleLines(text)) });
  for (const add of commands) add(program, context);
  for (const command of [...program.commands, program]) {
    if (command.commands.length > 0) addHelp(command);
  }
  return program;
}

/**
 * Reads and runs the command, and returns its exit code: 0, 1 (WorldError), 2 (UsageError), or 128 plus the number of the
 * signal that stopped the work.
 */
async function run(args: readonly string[], output: Output): Promise<number> {
  let exitCode = 0;
  const program = buildProgram({
    output,
    finish(code) {
      exitCode = code;
    },
  });
  for (const command of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)]) {
    command.exitOverride().showSuggestionAfterError();
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 || error.code === 'commander.help' ? 0 : 2;
    const expected = error instanceof UsageError || error instanceof WorldError ? error : machineFailure(error);
    if (!expected) throw error;
    process.stderr.write(`error: ${visibleLines(expected.message)}\n`);
    return expected.exitCode;
  }
}

/** Runs a command line, without the names of node and program, and returns the exit code of the process. */
export async function main(args: readonly string[]): Promise<number> {
  const output = new Output();
  const exitCode = await run(args, output);
  // The errors of the last write arrive in this turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  return output.exitCode(exitCode);
}
