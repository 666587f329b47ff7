/** Enables relaxed SIMD, which Node 20 has behind a flag. */
import { setFlagsFromString } from 'node:v8';
import { supportsFused } from '../engine/kernels.ts';
import { requireEngine } from '../engine/workspace.ts';

/**
 * Makes `arithmetic: 'fused'` available in this process. Node 22 and later support it. Node 20 needs a V8 flag, which
 * neither NODE_OPTIONS nor a worker's options accept. Later versions warn about the flag, so it is set only where it is
 * needed.
 */
export function enableFused(): void {
  requireEngine();
  if (!supportsFused()) setFlagsFromString('--experimental-wasm-relaxed-simd');
}
