// What our engine is measured at: the widths that this process can use, and the command that measures an epoch.
import { enableOcts } from '../dist/node.js';

/** Both widths where V8 can widen the kernels, which this call allows it to; else quads. */
export function usableWidths() {
  return enableOcts() ? ['quads', 'octs'] : ['quads'];
}

/** The command that measures an epoch in a process of its own. @param options those of bench/epoch-once.mjs, by name. */
export function epochCommand(options) {
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  return [process.execPath, 'bench/epoch-once.mjs', ...words];
}
