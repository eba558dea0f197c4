import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** An HTTP API does not compress, so the console does it itself. */

/** Below this, compression gains nothing. */
const MIN_BYTES = 860;
/** Pages are compressed for each request: fast rather than small. */
const PAGE_QUALITY = 5;

export type Encoding = 'br' | 'gzip';

/** The encoding to use for `Accept-Encoding`. Undefined: none. */
export function acceptedEncoding(header: string | undefined): Encoding | undefined {
  const accepted = new Set(
    (header ?? '').split(',').flatMap((part) => {
      const [name = '', weight = ''] = part.trim().toLowerCase().split(';');
      return /^\s*q=0(\.0*)?\s*$/.test(weight) ? [] : [name.trim()];
    }),
  );
  if (accepted.has('br')) return 'br';
  return accepted.has('gzip') ? 'gzip' : undefined;
}

export interface Compressed {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly encoding: Encoding | undefined;
}

export function compress(text: string, wanted: Encoding | undefined): Compressed {
  const plain = new Uint8Array(Buffer.from(text));
  if (wanted === undefined || plain.byteLength < MIN_BYTES) return { bytes: plain, encoding: undefined };
  if (wanted === 'gzip') return { bytes: new Uint8Array(gzipSync(plain)), encoding: 'gzip' };
  const params = { [constants.BROTLI_PARAM_QUALITY]: PAGE_QUALITY };
  return { bytes: new Uint8Array(brotliCompressSync(plain, { params })), encoding: 'br' };
}
