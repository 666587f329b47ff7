/** A residual block, written as layers and an addition. */
import { checkOptions, checkText, isRecord, wrong } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import { type Add, add } from './add.ts';
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
 * The layers of a residual block: what its layers compute from the block's input, plus the input itself or what the
 * shortcut makes of it. Source: He, Zhang, Ren, Sun, CVPR 2016. Spread them into the layers of {@link sequential} behind
 * the layer `from`:
 * `{ relu1: relu(), ...residual('block1', { from: 'relu1', layers: { conv1: conv2d(8, 8, 3, { padding: 'same' }) } }) }`.
 * @param name begins the names of the layers: `block1.conv1`, `block1.shortcut.conv`, and `block1.add` for the sum.
 * @throws UsageError for other options, for a block without layers, and where a layer has the name of another one of the
 * block, such as `add`.
 */
export function residual(name: string, options: ResidualOptions): Record<string, Layer> {
  checkText('residual: name of the block', name);
  checkOptions('residual()', options, { from: true, layers: true, shortcut: true });
  const { from, layers, shortcut = {} } = options;
  for (const [what, part] of Object.entries({ layers, shortcut })) {
    if (!isRecord(part)) throw wrong(`residual: ${what}`, 'an object of layers by name', part);
  }
  if (Object.keys(layers).length === 0) throw new UsageError(`residual: block ${name} has no layers`);
  const ways = { layers, shortcut };
  const built: Record<string, Layer> = {};
  const keep = (layer: string, data: Layer) => {
    if (Object.hasOwn(built, layer)) throw new UsageError(`residual: block ${name} has two layers named ${layer}`);
    built[layer] = data;
  };
  buildResidual(name, from, {
    hasShortcut: Object.keys(shortcut).length > 0,
    build(way, prefix) {
      for (const [layer, data] of Object.entries(ways[way])) keep(prefix + layer, data);
      return prefix + Object.keys(ways[way]).at(-1);
    },
    keep,
  });
  return built;
}

/** How {@link buildResidual} gets the layers of a block. */
export interface ResidualParts {
  readonly hasShortcut: boolean;
  /** Makes the layers of one way. @param prefix begins their names. @returns the name of the last. */
  build(way: 'layers' | 'shortcut', prefix: string): string;
  /** Takes a layer that joins the ways. */
  keep(name: string, layer: Layer): void;
}

/** Builds the layers of a residual block in their order. @returns the addition at its end. */
export function buildResidual(name: string, from: string, { hasShortcut, build, keep }: ResidualParts): Add {
  const other = hasShortcut ? build('shortcut', `${name}.shortcut.`) : from;
  if (hasShortcut) keep(`${name}.input`, outputOf(from));
  build('layers', `${name}.`);
  const sum = add(other);
  keep(`${name}.add`, sum);
  return sum;
}
