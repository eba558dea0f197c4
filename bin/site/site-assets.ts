import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** Style and script of the site, each in one file, with the search in it: nothing comes from elsewhere. */
export function siteStylesheet(): string {
  return built('site.css');
}

export function siteScript(): string {
  return built('site-script.js');
}

function built(file: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [file],
    absWorkingDir: HERE,
    bundle: true,
    minify: true,
    write: false,
    charset: 'utf8',
    format: file.endsWith('.js') ? 'iife' : 'esm',
    target: ['chrome120', 'firefox121', 'safari17'],
    logLevel: 'warning',
  });
  return outputFiles[0]?.text ?? '';
}
