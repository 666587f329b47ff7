/** Makes data sets from lists of picture files: chooses their size and colour, has them decoded, and joins them. */
import { WorldError } from '../base/errors.ts';
import { counted } from '../base/format.ts';
import { visible } from '../base/plain-text.ts';
import { mostSetBytes } from './dataset.ts';
import type { Files } from './files.ts';
import { mostPictures } from './picture-files.ts';
import type { DataOptions, FoundPictures } from './source.ts';
import type { Frame, PictureFacts, SourceTools, UnreadablePicture } from './sources/source.ts';

/** Pictures of one size are left in it up to this many pixels a side. Networks for small images take no larger ones. */
const mostNaturalSide = 64;

/** Height and width of pictures of many sizes: that of MNIST in grey, that of CIFAR in colour. */
const usualSides = { grey: 28, rgb: 32 } as const;

/** How many names a message lists. */
const mostNamed = 3;

/** A picture file and its class. */
export interface LabelledPicture {
  readonly path: string;
  readonly label: number;
}

/** Decoded pictures in one frame. */
export interface PictureSet {
  readonly images: Uint8Array<ArrayBuffer>;
  readonly labels: Uint8Array;
  /** The path of each picture. */
  readonly files: readonly string[];
}

export interface PictureSets {
  readonly frame: Frame;
  readonly sets: readonly PictureSet[];
  /** The options that give the same images again. */
  readonly options: DataOptions;
  readonly found: FoundPictures;
}

/**
 * Decodes the pictures of each list.
 * @throws WorldError when pictures cannot be read (unless `skipUnreadable`), or the set is too large.
 */
export async function decodeSets(
  files: Files,
  lists: readonly (readonly LabelledPicture[])[],
  options: DataOptions,
  { pictures, note }: SourceTools,
): Promise<PictureSets> {
  const all = lists.flat();
  if (all.length > mostPictures) {
    throw new WorldError(
      `${files.place} has ${counted(all.length)} pictures; at most ${counted(mostPictures)} are read here`,
    );
  }
  const paths = all.map(({ path }) => path);
  const { skipUnreadable = false } = options;
  const problems = new Map<number, string>();
  const frame = await frameFor(paths, options, async () => {
    const facts = await pictures.survey(paths);
    for (const [index, each] of facts.entries()) if ('problem' in each) problems.set(index, each.problem);
    if (!skipUnreadable) refuseUnreadable(files, problems, all.length);
    return facts.filter(isReadable);
  });
  const bytes = all.length * frame.channels * frame.height * frame.width;
  if (bytes > mostSetBytes) {
    throw new WorldError(
      `${files.place}: ${counted(all.length)} images of ${frame.height}x${frame.width} need ${counted(bytes)} bytes; at most ${counted(mostSetBytes)} are read here. A smaller size may be given`,
    );
  }
  const framed = await pictures.frame(paths, frame);
  for (const [index, each] of framed.facts.entries()) if ('problem' in each) problems.set(index, each.problem);
  if (problems.size > 0) {
    if (!skipUnreadable) refuseUnreadable(files, problems, all.length);
    note(
      `${counted(problems.size)} of ${counted(all.length)} pictures cannot be read and are left out: ${named(problems)}`,
    );
  }
  const { height, width, resize, channels } = frame;
  return {
    frame,
    sets: joinSets(lists, framed.images, frame, problems),
    options: {
      size: [height, width],
      resize,
      colour: channels === 1 ? 'grey' : 'rgb',
      ...(skipUnreadable ? { skipUnreadable } : {}),
    },
    found: {
      sizes: sizesOf(framed.facts.filter(isReadable)),
      unreadable: [...problems].map(([index, problem]) => {
        const file = paths[index]!;
        return { file, why: problem.replaceAll(files.where(file), 'it') };
      }),
    },
  };
}

/** How many pictures have each size, in the order in which the sizes occur. */
function sizesOf(facts: readonly PictureFacts[]): FoundPictures['sizes'] {
  const sizes = new Map<string, FoundPictures['sizes'][number]>();
  for (const { width, height } of facts) {
    const key = `${width} x ${height}`;
    sizes.set(key, { width, height, pictures: (sizes.get(key)?.pictures ?? 0) + 1 });
  }
  return [...sizes.values()];
}

function isReadable(facts: PictureFacts | UnreadablePicture): facts is PictureFacts {
  return !('problem' in facts);
}

function refuseUnreadable(files: Files, problems: ReadonlyMap<number, string>, pictures: number): void {
  if (problems.size === 0) return;
  throw new WorldError(
    `${files.place}: ${counted(problems.size)} of ${counted(pictures)} pictures cannot be read: ${named(problems)}. Mend or remove them, or leave them out with --skip-unreadable`,
  );
}

function named(problems: ReadonlyMap<number, string>): string {
  const texts = [...problems.values()].slice(0, mostNamed).map(visible);
  const more = problems.size > mostNamed ? `; and ${counted(problems.size - mostNamed)} more` : '';
  return texts.join('; ') + more;
}

/**
 * The frame that the options ask for. What they leave open is found out from the pictures: grey if all are grey, their
 * size if all have the same of at most 64 x 64, else 28 x 28 in grey and 32 x 32 in colour.
 */
async function frameFor(
  paths: readonly string[],
  { size, resize = 'fit', colour }: DataOptions,
  survey: () => Promise<readonly PictureFacts[]>,
): Promise<Frame> {
  if (size && colour) return { channels: colour === 'grey' ? 1 : 3, height: size[0], width: size[1], resize };
  const facts = paths.length === 0 ? [] : await survey();
  const own = colour ?? (facts.every(({ isGrey }) => isGrey) ? 'grey' : 'rgb');
  const [height, width] = size ?? commonSize(facts) ?? [usualSides[own], usualSides[own]];
  return { channels: own === 'grey' ? 1 : 3, height, width, resize };
}

function commonSize(facts: readonly PictureFacts[]): readonly [number, number] | undefined {
  const [first] = facts;
  if (!first || Math.max(first.height, first.width) > mostNaturalSide) return undefined;
  const areEqual = facts.every(({ height, width }) => height === first.height && width === first.width);
  return areEqual ? [first.height, first.width] : undefined;
}

function joinSets(
  lists: readonly (readonly LabelledPicture[])[],
  images: Uint8Array<ArrayBuffer>,
  { channels, height, width }: Frame,
  problems: ReadonlyMap<number, string>,
): PictureSet[] {
  const size = channels * height * width;
  let first = 0;
  return lists.map((list) => {
    const start = first;
    first += list.length;
    const kept = list.map((_, index) => start + index).filter((index) => !problems.has(index));
    const labels = Uint8Array.from(kept, (index) => list[index - start]!.label);
    const files = kept.map((index) => list[index - start]!.path);
    if (kept.length === list.length) return { images: images.subarray(start * size, first * size), labels, files };
    const out = new Uint8Array(kept.length * size);
    for (const [to, from] of kept.entries()) out.set(images.subarray(from * size, (from + 1) * size), to * size);
    return { images: out, labels, files };
  });
}
