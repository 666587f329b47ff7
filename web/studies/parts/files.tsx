/** The files of a run's folder. */
import type { FileView } from '../../../src/server/protocol.ts';
import { bytesText } from '../data/words.ts';

export function Files({ files }: { readonly files: readonly FileView[] }) {
  if (files.length === 0) return <p>No files are kept.</p>;
  return (
    <ul class="files">
      {files.map(({ name, bytes, href }) => (
        <li key={name}>
          <a href={href} download>
            {name}
          </a>{' '}
          <span class="muted">{bytesText(bytes)}</span>
        </li>
      ))}
    </ul>
  );
}
