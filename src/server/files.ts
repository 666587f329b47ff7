/** Files of studies and runs: listed, and handed out as they are. */
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Context } from 'hono';
import type { FileView } from './protocol.ts';
import { Refusal } from './refusal.ts';
import { filePolicy } from './security/headers.ts';
import { fileWithin } from './security/places.ts';

/** The files directly in a folder. @param base address of the folder's files. */
export async function filesOf(folder: string, base: string): Promise<FileView[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names
      .filter((name) => !name.startsWith('.'))
      .sort()
      .map(async (name): Promise<FileView[]> => {
        const entry = await stat(join(folder, name)).catch(() => undefined);
        return entry?.isFile() ? [{ name, bytes: entry.size, href: `${base}/${encodeURIComponent(name)}` }] : [];
      }),
  );
  return found.flat();
}

/** Types that a browser may show; all others are downloaded. Pages are shown without scripts (filePolicy). */
const types: Readonly<Record<string, string>> = {
  '.json': 'application/json; charset=utf-8',
  '.jsonl': 'text/plain; charset=utf-8',
  '.journal': 'text/plain; charset=utf-8',
  '.log': 'text/plain; charset=utf-8',
  '.yaml': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.png': 'image/png',
};

/** The file that the address names by its last part. @throws Refusal where there is none in the folder. */
export async function answerWithFile(
  context: Context,
  folder: string,
  { isPrivate }: { readonly isPrivate: boolean },
): Promise<Response> {
  const name = context.req.param('name') ?? '';
  if (isPrivate) throw new Refusal(403, 'Files are not handed out, since they may name places on the disk.');
  const isPlain = name !== '' && !name.startsWith('.') && !/[/\\]/.test(name);
  const place = isPlain ? await fileWithin(folder, name) : undefined;
  if (place === undefined) throw new Refusal(404, `There is no file "${name}".`);
  const type = types[extname(name)];
  return streamed(place, {
    'Content-Type': type ?? 'application/octet-stream',
    'Content-Security-Policy': filePolicy,
    'Cache-Control': 'no-store',
    ...(type === undefined ? { 'Content-Disposition': 'attachment' } : {}),
  });
}

/** A file as an answer, opened when it is first taken from, and read as fast as it is taken. */
export async function streamed(place: string, headers: Readonly<Record<string, string>>): Promise<Response> {
  const { size } = await stat(place);
  let left = size;
  let file: FileHandle | undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        file ??= await open(place, 'r');
        const { bytesRead, buffer } = await file.read(new Uint8Array(Math.min(left, 2 ** 18)), 0);
        left -= bytesRead;
        if (bytesRead > 0) controller.enqueue(buffer.subarray(0, bytesRead));
        if (bytesRead > 0 && left > 0) return;
        await file.close();
        controller.close();
      },
      cancel: () => file?.close(),
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: { ...headers, 'Content-Length': `${size}` } });
}
