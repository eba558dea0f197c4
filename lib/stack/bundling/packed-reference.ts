import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import type { OpenApi } from '../../reference/open-api.ts';
import { type ReferenceAssets, referencePage } from '../../reference/reference-page.ts';

const REFERENCE = fileURLToPath(new URL('../../reference', import.meta.url));

interface PackedPage {
  /** Brotli in base64. */
  readonly packed: string;
  /** The content security policy: the page's own style and script, by their hashes, and nothing else. */
  readonly policy: string;
}

/** The page at `/docs`, as `functions/document.ts` serves it. The same document is always packed to the same text. */
export function packReference(document: OpenApi): PackedPage {
  const assets = referenceAssets();
  const page = referencePage(document, assets, [
    { label: 'openapi.json', href: '/openapi.json' },
    { label: 'Console', href: '/console' },
  ]);
  const { stylesheet, script } = assets;
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(stylesheet)}'`,
    `script-src '${hashOf(script)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return { packed: brotliCompressSync(page).toString('base64'), policy };
}

/** Style and script of the reference, each in one minified text. */
export function referenceAssets(): ReferenceAssets {
  return { stylesheet: minified('reference.css'), script: minified('reference-script.js') };
}

function minified(file: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [file],
    absWorkingDir: REFERENCE,
    bundle: true,
    minify: true,
    write: false,
    charset: 'utf8',
    target: ['chrome120', 'firefox121', 'safari17'],
    logLevel: 'warning',
  });
  return outputFiles[0]?.text.trim() ?? '';
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
