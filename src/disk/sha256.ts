/** The name of content by itself: of models, data, blobs. */
import { createHash } from 'node:crypto';

/** SHA-256 as 64 hex digits; text is encoded as UTF-8. */
export function sha256Of(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
