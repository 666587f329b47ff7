// Random numbers for samples and moments, from a seed alone (Park and Miller, "Random number generators", 1988).

/** @returns a function that draws an integer from 0 to below its argument. */
export function generator(seed) {
  let state = ((seed * 7919) % 2147483646) + 1;
  return (below) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
}
