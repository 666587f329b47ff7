/** The headers of every answer: nothing but this server's own files is loaded, and no other page gets at them. */

/**
 * Scripts come from this server alone. WebAssembly may be compiled, and workers run, for the playground. Styles may stand
 * in elements, since the report's charts have them; they can load nothing.
 */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data: blob:",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** For files of studies and runs: they are shown without scripts, as if they came from nowhere. */
export const filePolicy =
  "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'";

export const commonHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': pagePolicy,
  // Both make the page cross-origin isolated, so that it may share memory between threads.
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};
