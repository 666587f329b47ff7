/** Switches relaxed SIMD on where Node has it behind a flag. */
import { setFlagsFromString } from 'node:v8';
import { supportsFused } from '../engine/kernels.ts';
import { requireEngine } from '../engine/workspace.ts';

/**
 * Makes `arithmetic: 'fused'` possible in this process. Node 22 and later have it; Node 20 needs a flag that neither
 * NODE_OPTIONS nor a worker's options accept, and would complain about elsewhere, so it is set only where needed.
 */
export function enableFused(): void {
  requireEngine();
  if (!supportsFused()) setFlagsFromString('--experimental-wasm-relaxed-simd');
}
