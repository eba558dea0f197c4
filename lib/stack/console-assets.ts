import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { buildSync } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CONSOLE = join(ROOT, 'lib/console');
const BROWSER_CRYPTO = join(CONSOLE, 'client/reconciling/browser-crypto.ts');

/** The sources of the console's files, by role. */
const ENTRIES = {
  stylesheet: { file: 'view/styles/console.css', type: 'css' },
  script: { file: 'client/console.ts', type: 'js' },
  reconciliation: { file: 'client/reconciling/page.ts', type: 'js' },
  ledgerWorker: { file: 'client/reconciling/worker.ts', type: 'js' },
} as const;

interface PackedAsset {
  /** Of the content: a new content gets a new address. */
  readonly hash: string;
  readonly type: 'css' | 'js';
  /** Brotli in base64. */
  readonly packed: string;
}

const HASH_LENGTH = 16;

interface ConsoleFiles {
  readonly assets: Readonly<Record<keyof typeof ENTRIES, PackedAsset>>;
  /** The files that they are made of, seen from the repository. */
  readonly inputs: readonly string[];
}

/** Bundles what browsers load, as `functions/console.ts` serves it. The same sources always give the same text. */
export function packConsoleAssets(): ConsoleFiles {
  const packed = Object.entries(ENTRIES).map(([name, entry]) => ({ name, ...pack(entry) }));
  return {
    assets: Object.fromEntries(packed.map(({ name, asset }) => [name, asset])) as ConsoleFiles['assets'],
    inputs: packed.flatMap(({ inputs }) => inputs),
  };
}

interface Packed {
  readonly asset: PackedAsset;
  readonly inputs: readonly string[];
}

function pack({ file, type }: (typeof ENTRIES)[keyof typeof ENTRIES]): Packed {
  const { outputFiles, metafile } = buildSync({
    entryPoints: [join(CONSOLE, file)],
    absWorkingDir: ROOT,
    metafile: true,
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    // Digests are made of the same source on both sides; only the hash function is another one.
    alias: { 'node:crypto': BROWSER_CRYPTO },
    // What people use: the browsers of the last two years.
    target: ['chrome120', 'firefox121', 'safari17'],
    logLevel: 'warning',
  });
  const content = outputFiles[0]?.contents ?? new Uint8Array();
  const hash = createHash('sha256').update(content).digest('hex').slice(0, HASH_LENGTH);
  const asset: PackedAsset = { hash, type, packed: brotliCompressSync(content).toString('base64') };
  return { asset, inputs: Object.keys(metafile.inputs) };
}
