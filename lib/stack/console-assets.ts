import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { buildSync } from 'esbuild';

const CONSOLE = fileURLToPath(new URL('../console', import.meta.url));

const BROWSER_CRYPTO = `${CONSOLE}/client/reconciling/browser-crypto.ts`;

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

/** Bundles what browsers load, as `functions/console.ts` serves it. The same sources always give the same text. */
export function packConsoleAssets(): Readonly<Record<keyof typeof ENTRIES, PackedAsset>> {
  const { stylesheet, script, reconciliation, ledgerWorker } = ENTRIES;
  return {
    stylesheet: pack(stylesheet),
    script: pack(script),
    reconciliation: pack(reconciliation),
    ledgerWorker: pack(ledgerWorker),
  };
}

function pack({ file, type }: (typeof ENTRIES)[keyof typeof ENTRIES]): PackedAsset {
  const { outputFiles } = buildSync({
    entryPoints: [file],
    absWorkingDir: CONSOLE,
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
  return { hash, type, packed: brotliCompressSync(content).toString('base64') };
}
