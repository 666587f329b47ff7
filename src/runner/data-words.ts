/** The options of a command line that load certain data. */
import type { LoadDataOptions } from './load-data.ts';

/**
 * `--data pictures --image-size 28x28 ...`, as words.
 * @param data a name, folder or file; undefined: the command's default. @param quote for words with spaces.
 */
export function dataWords(
  data: string | undefined,
  { format, size, resize, colour, label, skipUnreadable, cache }: LoadDataOptions,
  quote: (text: string) => string,
): string[] {
  return [
    ...(data === undefined ? [] : ['--data', quote(data)]),
    ...(format === undefined ? [] : ['--data-format', format]),
    ...(size ? ['--image-size', size.join('x')] : []),
    ...(resize ? ['--resize', resize] : []),
    ...(colour ? ['--colour', colour] : []),
    ...(label === undefined ? [] : ['--label-column', quote(label)]),
    ...(skipUnreadable ? ['--skip-unreadable'] : []),
    ...(cache === false ? ['--no-cache'] : []),
  ];
}
