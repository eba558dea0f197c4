import { brotliDecompressSync, gzipSync } from 'node:zlib';
import type { Context } from 'hono';
import type { AppEnv } from '../../../api/http/http-event.ts';
import { ROOT } from '../paths.ts';
import { acceptedEncoding } from './compression.ts';

/** A file that pages refer to, compressed by brotli when the functions were bundled. */
export interface Asset {
  readonly hash: string;
  readonly type: 'css' | 'js';
  /** Brotli in base64. */
  readonly packed: string;
}

/** All files, by their role. */
export interface PackedAssets {
  readonly stylesheet: Asset;
  readonly script: Asset;
  /** The script of the reconciliation page, and its worker. */
  readonly reconciliation: Asset;
  readonly ledgerWorker: Asset;
}

/** The addresses of scripts that single pages load. */
export interface PageScripts {
  readonly reconciliation: string;
  readonly ledgerWorker: string;
}

const TYPES = { css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8' } as const;
/** The address changes with the content, so browsers may keep it for ever. */
const FOR_EVER = 'public, max-age=31536000, immutable';

export const assetHref = ({ hash, type }: Asset) => `${ROOT}/assets/${hash}.${type}`;

export const pageScripts = ({ reconciliation, ledgerWorker }: PackedAssets): PageScripts => ({
  reconciliation: assetHref(reconciliation),
  ledgerWorker: assetHref(ledgerWorker),
});
export const assetText = ({ packed }: Asset) =>
  brotliDecompressSync(Buffer.from(packed, 'base64')).toString('utf8');

/** Serves the files. Undefined for an address of no file. */
export function createAssetServer(assets: PackedAssets): (c: Context<AppEnv>) => Response | undefined {
  const byHref = new Map(Object.values(assets).map((asset: Asset) => [assetHref(asset), asset]));
  return (c) => {
    const asset = byHref.get(c.req.path);
    if (asset === undefined) return undefined;
    const packed = Buffer.from(asset.packed, 'base64');
    const encoding = acceptedEncoding(c.req.header('accept-encoding'));
    const body =
      encoding === 'br'
        ? packed
        : encoding === 'gzip'
          ? gzipSync(brotliDecompressSync(packed))
          : brotliDecompressSync(packed);
    return new Response(new Uint8Array(body), {
      headers: {
        'content-type': TYPES[asset.type],
        'cache-control': FOR_EVER,
        vary: 'accept-encoding',
        'x-content-type-options': 'nosniff',
        ...(encoding !== undefined && { 'content-encoding': encoding }),
      },
    });
  };
}
