/** Formats numbers and hashes for people. */

/** At most four decimals, no trailing zeros: 0.145, 95.53. */
export function rounded(value: number): string {
  return `${Number(value.toFixed(4))}`;
}

/** 60000 -> "60,000". Usual numbers are written without Intl, whose first call takes 30 ms. */
export function counted(value: number): string {
  const whole = Math.round(value);
  if (!Number.isSafeInteger(whole)) return whole.toLocaleString('en-US');
  return `${whole}`.replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A fraction as percent with at most four decimals: 0.9553 -> "95.53". */
export function percent(fraction: number): string {
  return rounded(fraction * 100);
}

/** `octs are slow` -> `Octs are slow`. */
export function capitalized(sentence: string): string {
  return `${sentence.slice(0, 1).toUpperCase()}${sentence.slice(1)}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[], word: 'and' | 'or' = 'and'): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`;
}

/** Seconds as "1.4 s", "75 s", "3 min 20 s" or "2 h 5 min". */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 120) return `${whole} s`;
  return whole < 7200
    ? `${Math.floor(whole / 60)} min ${whole % 60} s`
    : `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`;
}

/** Bytes as "0.4 MB", "25 MB" or "3.1 GB". */
export function megabytes(bytes: number): string {
  if (bytes < 999.5e6) return `${bytes < 9.95e6 ? (bytes / 1e6).toFixed(1) : Math.round(bytes / 1e6)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** The first 12 digits of a hash. */
export function shortHash(hash: string): string {
  return hash.slice(0, 12);
}
