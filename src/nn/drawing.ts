/** Draws a model as a figure in the manner of NN-SVG's LeNet view: stacks of feature maps, then slim bars, all to scale. */
import { escapeXml } from '../base/plain-text.ts';
import type { Shape } from './layer.ts';
import type { Layer } from './layers.ts';
import type { Model } from './model.ts';

/** What stands between two links: feature maps or a flat vector. */
export interface Stage {
  readonly shape: Shape;
  /** The receptive field on it that one element of the next stage sees; none where it sees everything. */
  readonly window?: readonly [number, number];
  /** What leads to the next stage, for instance `Convolution 5x5` and `ReLU`, a line each. */
  readonly link: readonly string[];
}

/** The stages of a model: layers that only change the look of numbers (relu, flatten) join their neighbours. */
export function stagesOf(model: Model): Stage[] {
  const stages: { shape: Shape; window?: readonly [number, number]; link: string[] }[] = [
    { shape: model.input, link: [] },
  ];
  for (const { layer, output } of model.layers) {
    const last = stages.at(-1)!;
    const before = stages.at(-2) ?? last;
    const look = lookOf(layer);
    if (layer.type === 'flatten') last.link.push('Flatten');
    else if (look !== undefined) (last.link.length === 0 && stages.length > 1 ? before : last).link.push(look);
    else if (layer.type !== 'rescale') {
      last.link.push(nameOf(layer));
      if ('kernelSize' in layer) last.window = layer.kernelSize;
      stages.push({ shape: output, link: [] });
    }
  }
  return stages;
}

/** Layers that only change the look of numbers. */
function lookOf(layer: Layer): string | undefined {
  return { relu: 'ReLU', tanh: 'Tanh', sigmoid: 'Sigmoid' }[layer.type as string];
}

const names: Readonly<Partial<Record<Layer['type'], string>>> = {
  ...{ conv2d: 'Convolution', maxPool2d: 'Max-pool', avgPool2d: 'Average-pool', subsample2d: 'Subsampling' },
  ...{ linear: 'Dense', rbf: 'Distances', pad2d: 'Padding' },
};

function nameOf(layer: Layer): string {
  return 'kernelSize' in layer ? `${names[layer.type]} ${layer.kernelSize.join('×')}` : names[layer.type]!;
}

// Sizes in pixels of the figure's own coordinates.
const largestMap = 150;
const smallestMap = 10;
const mostMaps = 16;
const mapOffset = 6;
const barWidth = 13;
const barSlant = 14;
const [shortestBar, longestBar] = [44, 210];
const gap = 44;
const margin = 22;
const captionSize = 14;
const linkSize = 12;
/** Mean width of a letter of a sans-serif face, in units of its size. */
const letterWidth = 0.58;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A stage with its place: `box` encloses its shape; lines end at the corners of its front. */
interface Placed {
  readonly stage: Stage;
  readonly caption: string;
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly maps: number;
  readonly front: { readonly width: number; readonly height: number };
}

/**
 * A self-contained SVG that scales with its page and follows its reader's light or dark scheme.
 * Areas: maps shrink with the power 0.7 of their size and bars with the logarithm of their length, so that small ones stay visible.
 */
export function drawModel(model: Model): string {
  const stages = stagesOf(model);
  const placed = place(stages);
  const last = placed.at(-1)!;
  const width = last.box.x + Math.max(last.box.width, textWidth(last.caption, captionSize)) + margin;
  const tallest = Math.max(...placed.map(({ box }) => box.height));
  const captionY = margin + captionSize;
  const linkY = captionY + 18 + tallest + 30;
  const linkLines = Math.max(1, ...stages.map(({ link }) => link.length));
  const height = linkY + (linkLines - 1) * (linkSize + 4) + margin;
  const described = placed.map(({ caption, stage }) => [caption, ...stage.link].join(', ')).join('; ');
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${n(width)} ${n(height)}" width="${n(width)}" height="${n(height)}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${escapeXml(model.name)}</title>`,
    `<desc id="desc">${escapeXml(described)}</desc>`,
    style,
    ...placed.map((item) => drawStage(item)),
    ...placed.slice(1).map((item, i) => drawLink(placed[i]!, item)),
    ...placed.map(({ caption, box }) => text('caption', centre(box).x, captionY, [caption])),
    ...placed.slice(1).map((item, i) => {
      const from = placed[i]!;
      return text('link', (centre(from.box).x + centre(item.box).x) / 2, linkY, from.stage.link);
    }),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

const style = `<style>
.map{fill:#eef3fa;stroke:#5b6b7f;stroke-width:1}.map.even{fill:#dbe6f4}.bar{fill:#dbe6f4;stroke:#5b6b7f;stroke-width:1}
.window{fill:#e8590c;fill-opacity:.22;stroke:#d9480f;stroke-width:1.2}.ray{stroke:#d9480f;stroke-width:1;stroke-opacity:.75;fill:none}
.all{stroke:#8a97a8;stroke-width:1;fill:none}text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif;text-anchor:middle}
.caption{font-size:${captionSize}px;font-weight:600;fill:#1f2933}.link{font-size:${linkSize}px;fill:#52606d}
@media (prefers-color-scheme:dark){.map{fill:#22303f;stroke:#8fa3ba}.map.even,.bar{fill:#2c3f54;stroke:#8fa3ba}
.window{fill:#ff922b;fill-opacity:.28;stroke:#ff922b}.ray{stroke:#ff922b}.all{stroke:#6b7c90}.caption{fill:#e9eef4}.link{fill:#aab7c6}}
</style>`;

function place(stages: readonly Stage[]): Placed[] {
  const largest = Math.max(1, ...stages.flatMap(({ shape }) => (shape.length === 3 ? shape.slice(1) : [])));
  const longest = Math.max(2, ...stages.flatMap(({ shape }) => (shape.length === 1 ? [shape[0]!] : [])));
  const side = (size: number) => Math.max(smallestMap, largestMap * (size / largest) ** 0.7);
  const shapes = stages.map((stage) => {
    const [first, mapHeight, mapWidth] = stage.shape as [number, number?, number?];
    if (mapHeight === undefined || mapWidth === undefined) {
      const height = shortestBar + (longestBar - shortestBar) * (Math.log(first) / Math.log(longest));
      return {
        stage,
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
      stage,
      caption: `${first}@${mapHeight}×${mapWidth}`,
      maps,
      front,
      width: front.width + spread,
      height: front.height + spread,
    };
  });
  const tallest = Math.max(...shapes.map(({ height }) => height));
  const middle = margin + captionSize + 18 + tallest / 2;
  const placed: Placed[] = [];
  for (const [i, { width, height, ...shape }] of shapes.entries()) {
    const half = Math.max(width, textWidth(shape.caption, captionSize)) / 2;
    let centreX = margin + half;
    const before = placed.at(-1);
    if (before) {
      const link = Math.max(...before.stage.link.map((line) => textWidth(line, linkSize)), 0);
      const captions = (textWidth(before.caption, captionSize) + textWidth(shape.caption, captionSize)) / 2 + 14;
      // Links on both sides of a stage share the space below it, so each gets its own width.
      const apart = Math.max(before.box.width / 2 + width / 2 + gap, captions, link + 12);
      const previousLink = i > 1 ? linkHalf(placed[i - 2]!) + link / 2 + 12 : 0;
      const centres = placed.length > 1 ? (centre(before.box).x - centre(placed.at(-2)!.box).x) / 2 : 0;
      centreX = centre(before.box).x + Math.max(apart, 2 * (previousLink - centres));
    }
    placed.push({ ...shape, box: { x: centreX - width / 2, y: middle - height / 2, width, height } });
  }
  return placed;
}

function linkHalf({ stage }: Placed): number {
  return Math.max(...stage.link.map((line) => textWidth(line, linkSize)), 0) / 2;
}

function drawStage({ box, maps, front }: Placed): string {
  if (maps === 0) {
    const points = barCorners(box, front.height);
    return `<polygon class="bar" points="${points.map(({ x, y }) => `${n(x)},${n(y)}`).join(' ')}"/>`;
  }
  return Array.from({ length: maps }, (_, i) => {
    const [x, y] = [box.x + i * mapOffset, box.y + i * mapOffset];
    return `<rect class="map${i % 2 ? ' even' : ''}" x="${n(x)}" y="${n(y)}" width="${n(front.width)}" height="${n(front.height)}"/>`;
  }).join('\n');
}

/** Top left, top right, bottom right, bottom left of a bar that leans to the right going down. */
function barCorners(box: Placed['box'], height: number): [Point, Point, Point, Point] {
  const { x, y } = box;
  return [
    { x, y },
    { x: x + barWidth, y },
    { x: x + barWidth + barSlant, y: y + height },
    { x: x + barSlant, y: y + height },
  ];
}

/** The top left corner of a stack's front map. */
function frontCorner({ box, maps }: Placed): Point {
  const spread = (maps - 1) * mapOffset;
  return { x: box.x + spread, y: box.y + spread };
}

function drawLink(from: Placed, to: Placed): string {
  if (from.maps > 0 && to.maps > 0 && from.stage.window) return drawWindow(from, to, from.stage.window);
  const [top, bottom] = from.maps === 0 ? bar(from, 'right') : stack(from);
  const [toTop, toBottom] = to.maps === 0 ? bar(to, 'left') : stack(to);
  return [line('all', top, toTop), line('all', bottom, toBottom)].join('\n');
}

function bar({ box, front }: Placed, side: 'left' | 'right'): [Point, Point] {
  const [topLeft, topRight, bottomRight, bottomLeft] = barCorners(box, front.height);
  return side === 'left' ? [topLeft, bottomLeft] : [topRight, bottomRight];
}

/** Where lines to everything leave a stack: the top right of its back map and the bottom right of its front map. */
function stack({ box, front }: Placed): [Point, Point] {
  return [
    { x: box.x + front.width, y: box.y },
    { x: box.x + box.width, y: box.y + box.height },
  ];
}

/** The window on the front map, to that map's scale, and rays from its corners to the point that it becomes. */
function drawWindow(from: Placed, to: Placed, [kernelHeight, kernelWidth]: readonly [number, number]): string {
  const [, mapHeight, mapWidth] = from.stage.shape as [number, number, number];
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

function line(kind: string, from: Point, to: Point): string {
  return `<path class="${kind}" d="M${n(from.x)} ${n(from.y)}L${n(to.x)} ${n(to.y)}"/>`;
}

function text(kind: string, x: number, y: number, lines: readonly string[]): string {
  return lines
    .map(
      (content, i) => `<text class="${kind}" x="${n(x)}" y="${n(y + i * (linkSize + 4))}">${escapeXml(content)}</text>`,
    )
    .join('\n');
}

function centre({ x, y, width, height }: Placed['box']): Point {
  return { x: x + width / 2, y: y + height / 2 };
}

function textWidth(content: string, size: number): number {
  return content.length * size * letterWidth;
}

function n(value: number): string {
  return `${Number(value.toFixed(2))}`;
}
