import { brotliDecompressSync, gzipSync } from 'node:zlib';
import type { Context } from 'hono';
import type { AppEnv } from '../../../api/http/http-event.ts';
import { ROOT } from '../paths.ts';
import { acceptedEncoding } from './compression.ts';

/** The name of a file that pages refer to. */
export interface AssetName {
  readonly hash: string;
  readonly type: 'css' | 'js';
}

/** Such a file, compressed by brotli when the functions were bundled. */
export interface Asset extends AssetName {
  packed(): Uint8Array;
}

/** All files, by their role. */
export interface PackedAssets<One extends AssetName = Asset> {
  readonly stylesheet: One;
  readonly script: One;
  /** The script of the reconciliation page, and its worker. */
  readonly reconciliation: One;
  readonly ledgerWorker: One;
}

/** Opens the files with these names. Each is read when it is first needed. */
export function openAssets(names: PackedAssets<AssetName>, read: (file: string) => Uint8Array): PackedAssets {
  const open = (name: AssetName): Asset => {
    let packed: Uint8Array | undefined;
    return {
      ...name,
      packed: () => {
        packed ??= read(packedFile(name));
        return packed;
      },
    };
  };
  return {
    stylesheet: open(names.stylesheet),
    script: open(names.script),
    reconciliation: open(names.reconciliation),
    ledgerWorker: open(names.ledgerWorker),
  };
}

/** The name of a packed file, in the folder {@link ASSET_FOLDER} beside the function's module. */
export const packedFile = ({ hash, type }: AssetName) => `${hash}.${type}.br`;
export const ASSET_FOLDER = 'assets';

/** The addresses of scripts that single pages load. */
export interface PageScripts {
  readonly reconciliation: string;
  readonly ledgerWorker: string;
}

const TYPES = { css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8' } as const;
/** The address changes with the content, so browsers may keep it for ever. */
const FOR_EVER = 'public, max-age=31536000, immutable';

export const assetHref = ({ hash, type }: AssetName) => `${ROOT}/assets/${hash}.${type}`;

export const pageScripts = ({ reconciliation, ledgerWorker }: PackedAssets): PageScripts => ({
  reconciliation: assetHref(reconciliation),
  ledgerWorker: assetHref(ledgerWorker),
});
export const assetText = (asset: Asset) => brotliDecompressSync(asset.packed()).toString('utf8');

/** Serves the files. Undefined for an address of no file. */
export function createAssetServer(assets: PackedAssets): (c: Context<AppEnv>) => Response | undefined {
  const byHref = new Map(Object.values(assets).map((asset: Asset) => [assetHref(asset), asset]));
  return (c) => {
    const asset = byHref.get(c.req.path);
    if (asset === undefined) return undefined;
    const packed = asset.packed();
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
