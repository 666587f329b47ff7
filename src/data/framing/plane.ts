/** Planes of numbers and masks, the pictures that the steps of framing hand to each other. */

/** A rectangle of pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** One number for each pixel, [y][x]. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** 1 for each pixel that belongs to something, 0 for each other, [y][x]. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** The pixels whose value is above a threshold. */
export function maskAbove({ width, height, data }: Plane, threshold: number): Mask {
  const inside = new Uint8Array(data.length);
  for (let p = 0; p < data.length; p++) if (data[p]! > threshold) inside[p] = 1;
  return { width, height, data: inside };
}

/** 1 for 0, and 0 for 1. */
export function inverse({ width, height, data }: Mask): Mask {
  return { width, height, data: data.map((value) => 1 - value) };
}

/** Rows as columns and columns as rows. */
export function transposed({ width, height, data }: Mask): Mask {
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) out[x * height + y] = data[y * width + x]!;
  return { width: height, height: width, data: out };
}

/** The value below which the given share of the values lies. Sorts a sample of at most some 10,000 values. */
export function quantile(values: Float32Array, share: number): number {
  const step = Math.max(1, Math.floor(values.length / 10_000));
  const sample = new Float32Array(Math.ceil(values.length / step));
  for (let i = 0; i < sample.length; i++) sample[i] = values[i * step]!;
  sample.sort();
  return sample[Math.min(sample.length - 1, Math.floor(share * sample.length))] ?? 0;
}
