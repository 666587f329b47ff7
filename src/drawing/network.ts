/**
 * Draws a network as an SVG in the style of NN-SVG's LeNet view: stacks of feature maps, then slim bars, all to scale.
 */
import { escapeXml } from '../base/plain-text.ts';
import type { Model } from '../nn/model.ts';
import { type FigurePart, figureOf } from './figure.ts';
import { captionSize, line, lineHeight, linkSize, margin, n, type Point, text, textWidth } from './marks.ts';
import { drawShortcuts, layOutShortcuts } from './shortcuts.ts';

// Sizes in pixels of the figure's own coordinates; mostMaps is a count.
const largestMap = 150;
const smallestMap = 10;
const mostMaps = 16;
const mapOffset = 6;
const barWidth = 13;
const barSlant = 14;
const [shortestBar, longestBar] = [44, 210];
const gap = 44;

/** A part and its position [pixels]. `box` encloses the part; links end at the corners of its front map or bar. */
interface LaidOut {
  readonly part: FigurePart;
  readonly caption: string;
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly maps: number;
  readonly front: { readonly width: number; readonly height: number };
}

/**
 * A self-contained SVG that scales with its page and follows the reader's light or dark colour scheme.
 * The side of a map grows with the power 0.7 of its size, the length of a bar with the logarithm of its features:
 * small ones stay visible. Shortcuts of residual blocks are arcs above, which end at the captions of their parts.
 */
export function drawModel(model: Model): string {
  const { parts, shortcuts } = figureOf(model);
  const placed = layOut(parts);
  const arcs = layOutShortcuts(
    shortcuts,
    placed.map(({ box }) => centre(box).x),
  );
  const laidOut = placed.map((item) => ({ ...item, box: { ...item.box, y: item.box.y + arcs.height } }));
  const last = laidOut.at(-1)!;
  const end = last.box.x + Math.max(last.box.width, textWidth(last.caption, captionSize));
  const width = Math.max(end, arcs.right) + margin;
  const tallest = Math.max(...laidOut.map(({ box }) => box.height));
  const captionY = margin + arcs.height + captionSize;
  const linkY = captionY + 18 + tallest + 30;
  const linkLines = Math.max(1, ...parts.map(({ link }) => link.length));
  const height = linkY + (linkLines - 1) * lineHeight + margin;
  const described = [
    ...laidOut.map(({ caption, part }) => [caption, ...part.link].join(', ')),
    ...shortcuts.map(({ from, to, layers }) =>
      [`shortcut from part ${from + 1} to part ${to + 1}`, ...layers].join(', '),
    ),
  ].join('; ');
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${n(width)} ${n(height)}" width="${n(width)}" height="${n(height)}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${escapeXml(model.name)}</title>`,
    `<desc id="desc">${escapeXml(described)}</desc>`,
    style,
    ...laidOut.map((item) => drawPart(item)),
    ...laidOut.slice(1).map((item, i) => drawLink(laidOut[i]!, item)),
    ...drawShortcuts(arcs, captionY - captionSize),
    ...laidOut.map(({ caption, box }) => text('caption', centre(box).x, captionY, [caption])),
    ...laidOut.slice(1).map((item, i) => {
      const from = laidOut[i]!;
      return text('link', (centre(from.box).x + centre(item.box).x) / 2, linkY, from.part.link);
    }),
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}

const style = `<style>
.map{fill:#eef3fa;stroke:#5b6b7f;stroke-width:1}.map.even{fill:#dbe6f4}.bar{fill:#dbe6f4;stroke:#5b6b7f;stroke-width:1}
.window{fill:#e8590c;fill-opacity:.22;stroke:#d9480f;stroke-width:1.2}.ray{stroke:#d9480f;stroke-width:1;stroke-opacity:.75;fill:none}
.all{stroke:#8a97a8;stroke-width:1;fill:none}text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif;text-anchor:middle}
.caption{font-size:${captionSize}px;font-weight:600;fill:#1f2933}.link{font-size:${linkSize}px;fill:#52606d}
@media (prefers-color-scheme:dark){.map{fill:#22303f;stroke:#8fa3ba}.map.even,.bar{fill:#2c3f54;stroke:#8fa3ba}
.window{fill:#ff922b;fill-opacity:.28;stroke:#ff922b}.ray{stroke:#ff922b}.all{stroke:#6b7c90}.caption{fill:#e9eef4}.link{fill:#aab7c6}}
</style>`;

function layOut(parts: readonly FigurePart[]): LaidOut[] {
  const largest = Math.max(1, ...parts.flatMap(({ shape }) => (shape.length === 3 ? shape.slice(1) : [])));
  const longest = Math.max(2, ...parts.flatMap(({ shape }) => (shape.length === 1 ? [shape[0]!] : [])));
  const side = (size: number) => Math.max(smallestMap, largestMap * (size / largest) ** 0.7);
  const shapes = parts.map((part) => {
    const [first, mapHeight, mapWidth] = part.shape as [number, number?, number?];
    if (mapHeight === undefined || mapWidth === undefined) {
      const height = shortestBar + (longestBar - shortestBar) * (Math.log(first) / Math.log(longest));
      return {
        part,
        caption: `${first}`,
        maps: 0,
        front: { width: barWidth, height },
        width: barWidth + barSlant,
        height,
      };
    }
    const maps = Math.min(first, mostMaps);
    const front = { width: side(mapWidth), height: side(mapHeight) };
    const spread = (maps - 1) * mapOffset;
    return {
      part,
      caption: `${first}@${mapHeight}×${mapWidth}`,
      maps,
      front,
      width: front.width + spread,
      height: front.height + spread,
    };
  });
  const tallest = Math.max(...shapes.map(({ height }) => height));
  const middle = margin + captionSize + 18 + tallest / 2;
  const laidOut: LaidOut[] = [];
  for (const [i, { width, height, ...shape }] of shapes.entries()) {
    const half = Math.max(width, textWidth(shape.caption, captionSize)) / 2;
    let centreX = margin + half;
    const before = laidOut.at(-1);
    if (before) {
      const link = Math.max(...before.part.link.map((line) => textWidth(line, linkSize)), 0);
      const captions = (textWidth(before.caption, captionSize) + textWidth(shape.caption, captionSize)) / 2 + 14;
      // The links on both sides of a part share the space below the part: each needs half of its text there.
      const apart = Math.max(before.box.width / 2 + width / 2 + gap, captions, link + 12);
      const previousLink = i > 1 ? linkHalf(laidOut[i - 2]!) + link / 2 + 12 : 0;
      const centres = laidOut.length > 1 ? (centre(before.box).x - centre(laidOut.at(-2)!.box).x) / 2 : 0;
      centreX = centre(before.box).x + Math.max(apart, 2 * (previousLink - centres));
    }
    laidOut.push({ ...shape, box: { x: centreX - width / 2, y: middle - height / 2, width, height } });
  }
  return laidOut;
}

function linkHalf({ part }: LaidOut): number {
  return Math.max(...part.link.map((line) => textWidth(line, linkSize)), 0) / 2;
}

function drawPart({ box, maps, front }: LaidOut): string {
  if (maps === 0) {
    const points = barCorners(box, front.height);
    return `<polygon class="bar" points="${points.map(({ x, y }) => `${n(x)},${n(y)}`).join(' ')}"/>`;
  }
  return Array.from({ length: maps }, (_, i) => {
    const [x, y] = [box.x + i * mapOffset, box.y + i * mapOffset];
    return `<rect class="map${i % 2 ? ' even' : ''}" x="${n(x)}" y="${n(y)}" width="${n(front.width)}" height="${n(front.height)}"/>`;
  }).join('\n');
}

/** The top left, top right, bottom right and bottom left corner of a bar, whose bottom is shifted to the right. */
function barCorners(box: LaidOut['box'], height: number): [Point, Point, Point, Point] {
  const { x, y } = box;
  return [
    { x, y },
    { x: x + barWidth, y },
    { x: x + barWidth + barSlant, y: y + height },
    { x: x + barSlant, y: y + height },
  ];
}

/** The top left corner of a stack's front map. */
function frontCorner({ box, maps }: LaidOut): Point {
  const spread = (maps - 1) * mapOffset;
  return { x: box.x + spread, y: box.y + spread };
}

function drawLink(from: LaidOut, to: LaidOut): string {
  if (from.maps > 0 && to.maps > 0 && from.part.window) return drawWindow(from, to, from.part.window);
  const [top, bottom] = from.maps === 0 ? bar(from, 'right') : stack(from);
  const [toTop, toBottom] = to.maps === 0 ? bar(to, 'left') : stack(to);
  return [line('all', top, toTop), line('all', bottom, toBottom)].join('\n');
}

function bar({ box, front }: LaidOut, side: 'left' | 'right'): [Point, Point] {
  const [topLeft, topRight, bottomRight, bottomLeft] = barCorners(box, front.height);
  return side === 'left' ? [topLeft, bottomLeft] : [topRight, bottomRight];
}

/** Ends of the two lines of a link on a stack: the top right of its back map, the bottom right of its front map. */
function stack({ box, front }: LaidOut): [Point, Point] {
  return [
    { x: box.x + front.width, y: box.y },
    { x: box.x + box.width, y: box.y + box.height },
  ];
}

/** The window on the front map, to that map's scale, and rays from its corners to the point it is mapped to. */
function drawWindow(from: LaidOut, to: LaidOut, [kernelHeight, kernelWidth]: readonly [number, number]): string {
  const [, mapHeight, mapWidth] = from.part.shape as [number, number, number];
  const width = Math.min(1, kernelWidth / mapWidth) * from.front.width;
  const height = Math.min(1, kernelHeight / mapHeight) * from.front.height;
  const corner = frontCorner(from);
  const x = corner.x + (from.front.width - width) * 0.62;
  const y = corner.y + (from.front.height - height) * 0.3;
  const target = frontCorner(to);
  const point = { x: target.x + to.front.width * 0.35, y: target.y + to.front.height * 0.45 };
  return [
    `<rect class="window" x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}"/>`,
    line('ray', { x: x + width, y }, point),
    line('ray', { x: x + width, y: y + height }, point),
  ].join('\n');
}

function centre({ x, y, width, height }: LaidOut['box']): Point {
  return { x: x + width / 2, y: y + height / 2 };
}
