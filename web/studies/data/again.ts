/** Work that has failed and is tried again by itself, as long as the page is seen. */

/** How long the work rests before it is tried again [milliseconds]. */
const restMs = 3000;

/** Does the work once more after a rest, and not before the page is seen. @returns a function that gives it up. */
export function againWhenSeen(work: () => void): () => void {
  const timer = setTimeout(() => {
    if (document.hidden) document.addEventListener('visibilitychange', work, { once: true });
    else work();
  }, restMs);
  return () => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', work);
  };
}
