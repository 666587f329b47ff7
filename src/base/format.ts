/** Numbers for people. */

/** At most four decimals, no trailing zeros: 0.145, 95.53. */
export function rounded(value: number): string {
  return `${Number(value.toFixed(4))}`;
}

/** 60000 -> "60,000". */
export function counted(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A fraction as percent with at most four decimals: 0.9553 -> "95.53". */
export function percent(fraction: number): string {
  return rounded(fraction * 100);
}

/** Seconds as "1.4 s", "75 s" or "3 min 20 s". */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
