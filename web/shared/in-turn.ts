/** Parts of a view that are made one after the other, so that the first is on the screen before the work for the last begins. */
import { useEffect, useState } from 'preact/hooks';

/** @returns how many of the parts are to be shown by now: one at first, and one more after each picture on the screen. */
export function useInTurn(parts: number): number {
  const [count, setCount] = useState(1);
  useEffect(() => {
    if (count >= parts) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    // After the frame: what the browser does in it is not delayed.
    const frame = requestAnimationFrame(() => {
      timer = setTimeout(() => setCount(count + 1));
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [count, parts]);
  return Math.min(count, parts);
}
