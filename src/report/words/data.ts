/** What a data set holds, in sentences: what to know before training on it. */
import { capitalized, counted, listed, rounded, shortHash } from '../../base/format.ts';
import { constantShare, type DataDescription } from '../../data/describe.ts';
import type { EqualImages } from '../../data/repeated-images.ts';
import { countText } from './numbers.ts';

/** Sets without a pixel above this were probably written on another scale, such as 0 and 1, or 0 to 16. */
const darkest = 16 / 255;

/** The most items of a list in a sentence. */
const mostListed = 5;

/** `mnist: 60,000 training and 10,000 test images of 28 x 28, grey, 10 classes, hash c65580678af9`. */
export function dataTitle({ name, images, shape, classes, hash }: DataDescription): string {
  const [channels, height, width] = shape;
  const colour = channels === 1 ? 'grey' : channels === 3 ? 'in colour' : `${channels} channels`;
  return `${name}: ${counted(images.train)} training and ${counted(images.test)} test images of ${height} x ${width}, ${colour}, ${classes.length} classes, hash ${shortHash(hash)}`;
}

/** Range, mean and deviation of each channel of the training set. */
export function pixelSentences({ pixels, channels }: DataDescription): string[] {
  const names = channels.length === 3 ? ['red', 'green', 'blue'] : channels.map((_, i) => `channel ${i}`);
  const numbers = channels.map(
    ({ least, most, mean, deviation }, i) =>
      `${channels.length === 1 ? '' : `${names[i]}: `}${rounded(least)} to ${rounded(most)}, mean ${mean.toFixed(4)}, deviation ${deviation.toFixed(4)}`,
  );
  const unit = pixels === 'bytes' ? 'bytes, divided by 255' : 'floats, as they are';
  const most = Math.max(...channels.map((channel) => channel.most));
  const isDark = pixels === 'bytes' && most > 0 && most <= darkest;
  return [
    `Training pixels (${unit}): ${numbers.join('; ')}.`,
    ...(isDark
      ? [
          `The largest pixel is ${Math.round(255 * most)} of 255. If it means white, multiply the pixels first, or train with --normalization standard.`,
        ]
      : []),
  ];
}

/** Sentences on files, classes, repetitions and images without a picture. Something to look at comes with its places. */
export function dataFindings(description: DataDescription): string[] {
  return [
    ...fileSentences(description),
    ...classSentences(description),
    ...repetitionSentences(description),
    ...constantSentences(description),
  ].map(capitalized);
}

function fileSentences({ found, shape }: DataDescription): string[] {
  if (!found) return [];
  const { sizes, unreadable } = found;
  const [, height, width] = shape;
  const bySize = sizes.toSorted((a, b) => b.pictures - a.pictures);
  const named = some(bySize.map((size) => `${size.width} x ${size.height} (${counted(size.pictures)})`));
  return [
    ...(sizes.length > 0 ? [`Sizes of the pictures, width x height: ${named}. Images have ${width} x ${height}.`] : []),
    ...(unreadable.length > 0 ? [`${countText(unreadable.length, 'picture')} cannot be read:`] : []),
    ...unreadable.map(({ file, why }) => `  ${file}: ${why}`),
  ];
}

function classSentences({ classes }: DataDescription): string[] {
  const empty = (set: SetName) => classes.filter((each) => each[set] === 0).map(({ name }) => name);
  const [untrained, untested] = [empty('train'), empty('test')];
  const counts = classes.map(({ train }) => train).filter((count) => count > 0);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return [
    ...(untrained.length > 0 ? [`Without training images: ${some(untrained)}.`] : []),
    ...(untested.length > 0 ? [`Without test images: ${some(untested)}.`] : []),
    ...(most >= 2 * least
      ? [`The largest class has ${(most / least).toFixed(1)} times the images of the smallest.`]
      : []),
  ];
}

function repetitionSentences(description: DataDescription): string[] {
  const { repetitions } = description;
  const { train, test, across, contradictions, groups } = repetitions;
  if (groups.length === 0) return ['Every image occurs once.'];
  const contradicting = groups.filter(({ labelsDiffer }) => labelsDiffer);
  const both = groups.filter((group) => group.train.length > 0 && group.test.length > 0);
  return [
    ...(train > 0 ? [`${repeats(train, 'training')}${placesOf(groups, 'train', description)}.`] : []),
    ...(test > 0 ? [`${repeats(test, 'test')}${placesOf(groups, 'test', description)}.`] : []),
    ...(across > 0
      ? [
          `${countText(across, 'test image')} ${across === 1 ? 'is' : 'are'} in the training set too: ${some(both.map((group) => groupText(group, description)))}. They measure memory, not what was learned.`,
        ]
      : []),
    ...(contradictions > 0
      ? [
          `${contradictions === 1 ? 'Equal images have different labels in one case' : `Equal images have different labels in ${counted(contradictions)} cases`}: ${some(contradicting.map((group) => groupText(group, description)))}.`,
        ]
      : []),
  ];
}

function repeats(count: number, set: string): string {
  return `${countText(count, `${set} image`)} ${count === 1 ? 'repeats' : 'repeat'} an earlier one`;
}

type SetName = 'train' | 'test';

function placesOf(groups: readonly EqualImages[], set: SetName, description: DataDescription): string {
  const repeated = groups.filter((group) => group[set].length > 1);
  return `: ${some(repeated.map((group) => listedPlaces(group[set], set, description)))}`;
}

/** `train 4 = test 1`. */
function groupText(group: EqualImages, description: DataDescription): string {
  const part = (set: SetName) =>
    group[set].length > 0 ? [`${set} ${listedPlaces(group[set], set, description)}`] : [];
  return [...part('train'), ...part('test')].join(' = ');
}

function listedPlaces(images: readonly number[], set: SetName, description: DataDescription): string {
  const shown = images
    .slice(0, mostListed)
    .map((image) => placeText(image, set, description))
    .join(' = ');
  return images.length > mostListed ? `${shown} = ...` : shown;
}

/** The file of an image (`"cats/4.png"`), or its place where it has no file of its own. */
function placeText(image: number, set: SetName, { files }: DataDescription): string {
  return files ? `"${files[set][image]}"` : `${image}`;
}

function constantSentences(description: DataDescription): string[] {
  const places = (name: string, set: SetName) => {
    const images = description.nearlyConstant[set];
    return images.length === 0
      ? []
      : [
          `${countText(images.length, `${name} image`)} ${images.length === 1 ? 'is' : 'are'} nearly constant (pixels differ by at most ${constantShare * 100} % of the range): ${some(images.map((image) => placeText(image, set, description)))}.`,
        ];
  };
  const found = [...places('training', 'train'), ...places('test', 'test')];
  return found.length > 0 ? found : ['No image is nearly constant.'];
}

function some(items: readonly string[]): string {
  if (items.length <= mostListed) return listed(items);
  return `${items.slice(0, mostListed).join(', ')} and ${counted(items.length - mostListed)} more`;
}
