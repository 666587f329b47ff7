/** Waits until the page has drawn, and says how long it should rest then: drawing takes processor time from the threads that train. */

/** Rest for each time of drawing: so drawing takes at most a tenth of a core. */
const restsPerDrawing = 9;

/** Call it before the change that is drawn. Resolves after the page has drawn it and rested; not while the page is hidden. */
export async function drawnAndRested(): Promise<void> {
  const [told, scripted] = await duration(nextTask);
  await frame();
  const [, painted] = await duration(nextTask);
  const drawing = scripted + painted;
  const rest = told + drawing * (1 + restsPerDrawing) - performance.now();
  if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
}

/** When some work began, and how long it took [ms]. */
async function duration(work: () => Promise<void>): Promise<[number, number]> {
  const began = performance.now();
  await work();
  return [began, performance.now() - began];
}

/** A frame's callbacks run just before styles, layout and paint. */
function frame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()));
}

/** A timer comes after what the present task leads to: components that render, or the rest of a frame. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
