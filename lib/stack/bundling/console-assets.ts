import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { type AssetName, type PackedAssets, packedFile } from '../../console/site/http/assets.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CONSOLE = join(ROOT, 'lib/console');
const BROWSER_CRYPTO = join(CONSOLE, 'client/reconciling/browser-crypto.ts');

/** The sources of the console's files, by role. */
const ENTRIES = {
  stylesheet: { file: 'view/styles/console.css', type: 'css' },
  script: { file: 'client/console.ts', type: 'js' },
  reconciliation: { file: 'client/reconciling/page.ts', type: 'js' },
  ledgerWorker: { file: 'client/reconciling/worker.ts', type: 'js' },
} as const;

interface PackedAsset extends AssetName {
  /** Of the content: a new content gets a new address. */
  readonly hash: string;
  /** Brotli in base64. */
  readonly packed: string;
}

const HASH_LENGTH = 16;

type PackedFiles = Readonly<Record<keyof typeof ENTRIES, PackedAsset>>;

/** The names of the files by role, for the module that serves them. */
export const namesOf = (files: PackedFiles): PackedAssets<AssetName> => {
  const { stylesheet, script, reconciliation, ledgerWorker } = files;
  const nameOf = ({ hash, type }: AssetName): AssetName => ({ hash, type });
  return {
    stylesheet: nameOf(stylesheet),
    script: nameOf(script),
    reconciliation: nameOf(reconciliation),
    ledgerWorker: nameOf(ledgerWorker),
  };
};

/** Writes the files where `functions/console.ts` reads them. */
export function writeAssets(files: PackedFiles, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const file of Object.values(files)) {
    writeFileSync(join(folder, packedFile(file)), Buffer.from(file.packed, 'base64'));
  }
}

interface ConsoleFiles {
  readonly assets: PackedFiles;
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
