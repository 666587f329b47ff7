/** The options that say which data a command reads, and how; and what is printed while they are decoded. */
import { type Command, Option } from 'commander';
import { UsageError } from '../base/errors.ts';
import { counted } from '../base/format.ts';
import { visible } from '../base/plain-text.ts';
import { colourings, mostImageSide, resizings } from '../data/source.ts';
import { dataFormats } from '../data/sources.ts';
import type { LoadDataOptions } from '../runner/load-data.ts';
import { bar, LiveLines } from './live-lines.ts';
import { parseInteger, parsePath } from './options.ts';

/** The parsed options. */
export interface DataChoice {
  readonly data?: string;
  readonly dataFormat?: string;
  readonly imageSize?: readonly [height: number, width: number];
  readonly resize?: (typeof resizings)[number];
  readonly colour?: (typeof colourings)[number];
  readonly labelColumn?: string;
  readonly skipUnreadable?: boolean;
  readonly cache?: boolean;
}

/** Gives a command the options of data. @param usual the data that it reads without `--data`, in words. */
export function addDataOptions(command: Command, usual: string): void {
  command.option(
    '--data <place>',
    `Name, folder or file of the data: mnist, IDX files, class folders of pictures, .csv, .npz, CIFAR (default: ${usual})`,
    parsePath('--data'),
  );
  addReadingOptions(command);
  command.option('--skip-unreadable', 'Leave out pictures that cannot be read');
}

/** Gives a command the options that say how data are read. */
export function addReadingOptions(command: Command): void {
  command
    .addOption(new Option('--data-format <name>', 'Format of the data, where it is not found out').choices(dataFormats))
    .option(
      '--image-size <pixels>',
      'Size to which pictures are brought: 32, or height x width as 28x20 (default: their own, if equal and at most 64; else 28 in grey, 32 in colour)',
      parseSize,
    )
    .addOption(
      new Option(
        '--resize <way>',
        'How pictures are brought to the size: fit keeps the whole picture, fill cuts its sides, stretch its aspect (default: fit)',
      ).choices(resizings),
    )
    .addOption(
      new Option('--colour <kind>', 'Read pictures in grey or in colour (default: in grey if all are grey)').choices(
        colourings,
      ),
    )
    .option('--label-column <name>', 'Column of the labels in a table (default: label, or the first)')
    .option('--no-cache', 'Do not keep decoded pictures on disk');
}

function parseSize(text: string): readonly [number, number] {
  const parts = text.split('x');
  if (parts.length > 2) throw new UsageError(`--image-size: expected a number such as 32, or 28x20, got "${text}"`);
  const [height = 0, width = height] = parts.map((part) => parseInteger(part, '--image-size', 1, mostImageSide));
  return [height, width];
}

/** The options for `loadData`, with notes and a progress bar on standard error. */
export function loadingOptions(choice: DataChoice): LoadDataOptions {
  const { dataFormat, imageSize, resize, colour, labelColumn, skipUnreadable, cache } = choice;
  const lines = new LiveLines();
  return {
    ...(dataFormat === undefined ? {} : { format: dataFormat }),
    ...(imageSize ? { size: imageSize } : {}),
    ...(resize ? { resize } : {}),
    ...(colour ? { colour } : {}),
    ...(labelColumn === undefined ? {} : { label: labelColumn }),
    ...(skipUnreadable ? { skipUnreadable } : {}),
    ...(cache === undefined ? {} : { cache }),
    onNote: (sentence) => {
      lines.clear();
      process.stderr.write(`note: ${visible(sentence)}\n`);
    },
    onProgress: ({ done, total }) => {
      if (done >= total) lines.clear();
      else lines.show((columns) => [progressLine(done, total, columns)]);
    },
  };
}

function progressLine(done: number, total: number, columns: number): string {
  const share = done / total;
  const percent = `${Math.floor(100 * share)}%`;
  const forms = [
    `Reading pictures ${bar(share, 25)} ${percent} | ${counted(done)}/${counted(total)}`,
    `Reading pictures ${bar(share, 10)} ${percent}`,
    `Pictures ${percent}`,
  ];
  return forms.find((form) => form.length < columns) ?? percent;
}
