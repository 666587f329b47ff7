/** Maps of numbers as one picture: a grid of tiles, each a feature map, a filter or a digit. */
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { shownTheme } from '../../shared/theme.ts';
import { coloursOf, type Palette } from './palette.ts';
import { type MapPlace, placeAfter } from './steps.ts';

export interface MapsProps {
  /** [map][y][x] */
  readonly data: ArrayLike<number>;
  /** Of one map (pixels). */
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly palette: Palette;
  /** The size of a pixel on the screen (CSS pixels); in a narrow place the picture shrinks. */
  readonly scale: number;
  /** What it shows, for those who do not see it; empty where a text beside it says so. */
  readonly label: string;
  /** The value of the strongest colour; default: the largest size of a number in each map of its own. */
  readonly most?: number;
  /** Pixels that are shown faintly, 1 each; for instance those that lost in a pooling. */
  readonly faint?: Uint8Array;
  /** Frames around parts of the picture, in pixels of a map. */
  readonly frames?: readonly Frame[];
  /** Hears of the number that is pointed at, or walked to with arrow keys; undefined: none any more. */
  readonly onPick?: (place: MapPlace | undefined) => void;
  /** Where the arrow keys are. */
  readonly picked?: MapPlace | undefined;
}

/** A rectangle in a map. */
export interface Frame {
  readonly map: number;
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

/** Empty pixels between maps. */
const gap = 1;

export function Maps(props: MapsProps) {
  const { data, width, height, columns, scale, label, frames = [], onPick, picked } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const keys = useId();
  const maps = data.length / (width * height);
  const across = columns * (width + gap) - gap;
  const down = Math.ceil(maps / columns) * (height + gap) - gap;
  // Read here, so that the picture is drawn again when the theme changes.
  const theme = shownTheme.value;
  // Before the browser draws, so that all pictures change in one frame.
  useLayoutEffect(() => {
    if (canvas.current) paint(canvas.current, props, { maps, across, down });
  }, [data, theme, props.faint, props.most]);
  const pick = (event: PointerEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) / box.width) * across);
    const y = Math.floor(((event.clientY - box.top) / box.height) * down);
    const map = Math.floor(y / (height + gap)) * columns + Math.floor(x / (width + gap));
    const [inX, inY] = [x % (width + gap), y % (height + gap)];
    if (map < maps && inX < width && inY < height) onPick?.({ map, x: inX, y: inY });
  };
  const walk = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Escape') return onPick?.(undefined);
    const next = placeAfter(event.key, picked, { maps, columns, width, height });
    if (!next) return;
    event.preventDefault();
    onPick?.(next);
  };
  return (
    <div class="maps" style={{ width: `${across * scale}px` }}>
      <canvas
        ref={canvas}
        width={across}
        height={down}
        {...(label === '' ? { 'aria-hidden': true } : { role: onPick ? 'application' : 'img', 'aria-label': label })}
        {...(onPick
          ? { onPointerMove: pick, onPointerDown: pick, onKeyDown: walk, tabIndex: 0, 'aria-describedby': keys }
          : {})}
      />
      {onPick && (
        <span id={keys} class="unseen">
          Arrow keys lead from number to number, Escape leaves them.
        </span>
      )}
      {frames.map((frame) => (
        <span
          class="frame"
          style={{
            left: `${(((frame.map % columns) * (width + gap) + frame.x) / across) * 100}%`,
            top: `${((Math.floor(frame.map / columns) * (height + gap) + frame.y) / down) * 100}%`,
            width: `${(frame.size / across) * 100}%`,
            height: `${(frame.size / down) * 100}%`,
          }}
        />
      ))}
    </div>
  );
}

function paint(
  canvas: HTMLCanvasElement,
  { data, width, height, columns, palette, most, faint }: MapsProps,
  { maps, across, down }: { readonly maps: number; readonly across: number; readonly down: number },
): void {
  const context = canvas.getContext('2d');
  if (!context || across <= 0 || down <= 0) return;
  const picture = context.createImageData(across, down);
  const colours = coloursOf(palette);
  const area = width * height;
  for (let map = 0; map < maps; map++) {
    const top = most ?? (palette === 'digit' ? 255 : largest(data, map * area, area));
    const left = (map % columns) * (width + gap);
    const above = Math.floor(map / columns) * (height + gap);
    for (let p = 0; p < area; p++) {
      const share = top === 0 ? 0 : data[map * area + p]! / top;
      const place = palette === 'weight' ? (share + 1) / 2 : share;
      const colour = Math.max(0, Math.min(255, Math.round(place * 255))) * 3;
      const at = ((above + Math.floor(p / width)) * across + left + (p % width)) * 4;
      picture.data[at] = colours[colour]!;
      picture.data[at + 1] = colours[colour + 1]!;
      picture.data[at + 2] = colours[colour + 2]!;
      picture.data[at + 3] = faint?.[map * area + p] ? 80 : 255;
    }
  }
  context.putImageData(picture, 0, 0);
}

function largest(data: ArrayLike<number>, from: number, count: number): number {
  let most = 0;
  for (let i = from; i < from + count; i++) most = Math.max(most, Math.abs(data[i]!));
  return most;
}
