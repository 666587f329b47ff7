/** The point of a chart that a pointer means. */
import type { Plot } from './plot.ts';

/** A point of a layer. */
export interface Mark {
  readonly layer: number;
  readonly index: number;
}

/** The nearest point of lines and points within `reach` pixels of a place. @param place a value's place in pixels. */
export function nearestMark(
  { layers }: Plot,
  at: { readonly left: number; readonly top: number },
  place: { readonly x: (value: number) => number; readonly y: (value: number) => number },
  reach = 40,
): Mark | undefined {
  let found: Mark | undefined;
  let least = reach * reach;
  for (const [layer, content] of layers.entries()) {
    if (content.kind === 'band') continue;
    for (let index = 0; index < content.x.length; index++) {
      const value = content.y[index];
      if (value === undefined) continue;
      const distance = (place.x(content.x[index]!) - at.left) ** 2 + (place.y(value) - at.top) ** 2;
      if (distance < least) {
        least = distance;
        found = { layer, index };
      }
    }
  }
  return found;
}

/** The next point to the right (`step` 1) or left, or the same place in another layer (`layerStep`). */
export function nextMark(
  { layers }: Plot,
  mark: Mark | undefined,
  { step = 0, layerStep = 0 }: { readonly step?: number; readonly layerStep?: number },
): Mark | undefined {
  const usable = [...layers.keys()].filter((layer) => {
    const content = layers[layer]!;
    return content.kind !== 'band' && content.y.some((value) => value !== undefined);
  });
  if (usable.length === 0) return undefined;
  const current = usable.indexOf(mark?.layer ?? usable[0]!);
  const layer = usable[(Math.max(0, current) + layerStep + usable.length) % usable.length]!;
  const content = layers[layer]!;
  if (content.kind === 'band') return undefined;
  const order = [...content.x.keys()]
    .filter((index) => content.y[index] !== undefined)
    .sort((a, b) => content.x[a]! - content.x[b]!);
  if (!mark || layerStep !== 0)
    return { layer, index: order[Math.min(order.length - 1, Math.max(0, order.indexOf(mark?.index ?? -1)))]! };
  const next = order[Math.min(order.length - 1, Math.max(0, order.indexOf(mark.index) + step))];
  return next === undefined ? undefined : { layer, index: next };
}
