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

/** A file as an answer, opened when it is first taken from, read as fast as it is taken, and closed however the answer ends. */
export async function streamed(place: string, headers: Readonly<Record<string, string>>): Promise<Response> {
  const { size } = await stat(place);
  let left = size;
  let opened: Promise<FileHandle> | undefined;
  const close = async () => (await opened)?.close();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        opened ??= open(place, 'r');
        const piece = await readPiece(await opened, left).catch(async (error: unknown) => {
          await close();
          throw error;
        });
        left -= piece.length;
        if (piece.length > 0) controller.enqueue(piece);
        if (piece.length > 0 && left > 0) return;
        await close();
        controller.close();
      },
      // Also while the file is being opened: a tab may be closed as soon as it was opened.
      cancel: close,
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: { ...headers, 'Content-Length': `${size}` } });
}

/** The next bytes; none at the end of the file. */
async function readPiece(file: FileHandle, left: number): Promise<Uint8Array> {
  const { bytesRead, buffer } = await file.read(new Uint8Array(Math.min(left, 2 ** 18)), 0);
  return buffer.subarray(0, bytesRead);
}
