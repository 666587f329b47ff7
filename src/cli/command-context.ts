/** What a command is given when it is declared. */
import type { Command } from 'commander';
import type { Output } from './output.ts';

export interface CommandContext {
  readonly output: Output;
  /** Sets the exit code of the process. */
  finish(exitCode: number): void;
}

/** Declares a command below another: its arguments, options and help. Its code is loaded when it is called. */
export type AddCommand = (parent: Command, context: CommandContext) => void;
