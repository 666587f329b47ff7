/** A residual block, written as layers and an addition. */
import { checkOptions, checkText, isRecord, wrong } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import { add } from './add.ts';
import type { Layer } from './layers.ts';
import { outputOf } from './output-of.ts';

/** The parts of a {@link residual} block. */
export interface ResidualOptions {
  /** Name of the layer before the block, whose output both ways read. */
  readonly from: string;
  /** The layers of the block by name, at least one. */
  readonly layers: Readonly<Record<string, Layer>>;
  /** The layers of the other way, where the shape changes. Default: none, the block's input is added as it is. */
  readonly shortcut?: Readonly<Record<string, Layer>> | undefined;
}

/**
 * The layers of a residual block: what its layers compute from the block's input, plus the input itself or what the shortcut makes of it. Source: He, Zhang, Ren,
 * Sun, CVPR 2016. Spread them into the layers of {@link sequential} behind the layer `from`:
 * `{ relu1: relu(), ...residual('block1', { from: 'relu1', layers: { conv1: conv2d(8, 8, 3, { padding: 'same' }) } }) }`.
 * @param name begins the names of the layers: `block1.conv1`, `block1.shortcut.conv`, and `block1.add` for the sum.
 * @throws UsageError for other options, for a block without layers, and where a layer has the name of another one of the block, such as `add`.
 */
export function residual(name: string, options: ResidualOptions): Record<string, Layer> {
  checkText('residual: name of the block', name);
  checkOptions('residual()', options, { from: true, layers: true, shortcut: true });
  const { from, layers, shortcut = {} } = options;
  for (const [what, part] of Object.entries({ layers, shortcut })) {
    if (!isRecord(part)) throw wrong(`residual: ${what}`, 'an object of layers by name', part);
  }
  if (Object.keys(layers).length === 0) throw new UsageError(`residual: block ${name} has no layers`);
  const named = (part: Readonly<Record<string, Layer>>, prefix: string) =>
    Object.fromEntries(Object.entries(part).map(([layer, data]) => [`${prefix}.${layer}`, data]));
  const other = named(shortcut, `${name}.shortcut`);
  const otherEnd = Object.keys(other).at(-1);
  const again = otherEnd === undefined ? {} : { [`${name}.input`]: outputOf(from) };
  const parts: readonly Readonly<Record<string, Layer>>[] = [
    other,
    again,
    named(layers, name),
    { [`${name}.add`]: add(otherEnd ?? from) },
  ];
  const all = parts.flatMap((part) => Object.keys(part));
  const twice = all.find((layer, index) => all.indexOf(layer) < index);
  if (twice !== undefined) throw new UsageError(`residual: block ${name} has two layers named ${twice}`);
  return Object.fromEntries(parts.flatMap((part) => Object.entries(part)));
}
