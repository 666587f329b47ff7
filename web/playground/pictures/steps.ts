/** Steps by arrow keys through the numbers of feature maps, which stand side by side in rows. */

/** A number of a map. */
export interface MapPlace {
  readonly map: number;
  readonly x: number;
  readonly y: number;
}

export interface MapGrid {
  readonly maps: number;
  /** Maps in a row. */
  readonly columns: number;
  /** Of one map. */
  readonly width: number;
  readonly height: number;
}

const directions: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The place after an arrow key: behind the edge of a map its neighbour begins. Undefined for other keys. */
export function placeAfter(key: string, place: MapPlace | undefined, grid: MapGrid): MapPlace | undefined {
  const direction = directions[key];
  if (!direction) return undefined;
  if (!place) return { map: 0, x: 0, y: 0 };
  const { maps, columns, width, height } = grid;
  const x = (place.map % columns) * width + place.x + direction[0];
  const y = Math.floor(place.map / columns) * height + place.y + direction[1];
  const map = Math.floor(y / height) * columns + Math.floor(x / width);
  const isInside = x >= 0 && y >= 0 && x < columns * width && map < maps;
  return isInside ? { map, x: x % width, y: y % height } : place;
}
