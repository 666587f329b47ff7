/** Pictures in a terminal: half blocks in 256 colours, or plain characters. */
import widthOf from 'string-width';
import { brightnessAt } from '../data/framing/picture.ts';
import { type Picture, shrunk } from '../data/picture.ts';
import { shortened } from '../report/terminal-table.ts';

/** A picture and the text above it. */
export interface NamedPicture {
  readonly name: string;
  readonly picture: Picture;
}

export interface PictureStyle {
  /** Columns of the terminal. */
  readonly width: number;
  /** Whether the terminal shows 256 colours. */
  readonly inColour: boolean;
}

/** The longest side of a picture (pixels). A pixel is one column wide; two pixels share a line. */
const mostSide = 16;
/** Columns between pictures. */
const gap = 2;

/** Pictures of one shape side by side, in as many rows as they need. */
export function picturesText(pictures: readonly NamedPicture[], { width, inColour }: PictureStyle): string {
  const small = pictures.map(({ name, picture }) => ({ name, picture: shrunk(picture, mostSide) }));
  const across = small[0]?.picture.width ?? 0;
  const perRow = Math.max(1, Math.floor((width + gap) / (across + gap)));
  const rows: string[] = [];
  for (let first = 0; first < small.length; first += perRow) {
    const row = small.slice(first, first + perRow);
    const heads = row.map(({ name }) => filled(shortened(name, across), across));
    const lines = row.map(({ picture }) => (inColour ? blockLines(picture) : plainLines(picture)));
    rows.push(joined(heads), ...lines[0]!.map((_, y) => lines.map((of) => of[y]!).join(' '.repeat(gap))), '');
  }
  return rows.join('\n');
}

function joined(parts: readonly string[]): string {
  return parts.join(' '.repeat(gap)).trimEnd();
}

function filled(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}

/** A character is the upper half of its cell in the colour of one pixel, on the colour of the pixel below. */
function blockLines(picture: Picture): string[] {
  return pairsOfRows(picture).map((y) => {
    const cells = Array.from({ length: picture.width }, (_, x) => {
      const below = y + 1 < picture.height ? `;48;5;${colourOf(picture, x, y + 1)}` : '';
      return `\x1b[38;5;${colourOf(picture, x, y)}${below}m▀`;
    });
    return `${cells.join('')}\x1b[0m`;
  });
}

/** From dark to light. */
const ramp = ' .:-=+*#%@';

function plainLines(picture: Picture): string[] {
  return pairsOfRows(picture).map((y) =>
    Array.from({ length: picture.width }, (_, x) => {
      const below = Math.min(y + 1, picture.height - 1);
      const light = (lightOf(picture, x, y) + lightOf(picture, x, below)) / 2;
      return ramp[Math.round((light / 255) * (ramp.length - 1))]!;
    }).join(''),
  );
}

function pairsOfRows({ height }: Picture): number[] {
  return Array.from({ length: Math.ceil(height / 2) }, (_, row) => 2 * row);
}

function samplesOf({ channels, data, width }: Picture, x: number, y: number): readonly [number, number, number] {
  const at = (y * width + x) * channels;
  return channels === 3 ? [data[at]!, data[at + 1]!, data[at + 2]!] : [data[at]!, data[at]!, data[at]!];
}

function lightOf({ channels, data, width }: Picture, x: number, y: number): number {
  return brightnessAt(data, (y * width + x) * channels, channels);
}

/** The levels of a colour in the cube of 6 x 6 x 6 colours, whose first number is 16. */
const levels = [0, 95, 135, 175, 215, 255] as const;

/** The number of the nearest of xterm's 256 colours: a grey (232 to 255: 8, 18, ... 238), or one of the cube. */
function colourOf(picture: Picture, x: number, y: number): number {
  const [red, green, blue] = samplesOf(picture, x, y);
  if (red === green && green === blue && red >= 4 && red <= 246) {
    return 232 + Math.min(23, Math.max(0, Math.round((red - 8) / 10)));
  }
  return 16 + 36 * nearestLevel(red) + 6 * nearestLevel(green) + nearestLevel(blue);
}

function nearestLevel(value: number): number {
  const distances = levels.map((level) => Math.abs(level - value));
  return distances.indexOf(Math.min(...distances));
}
