import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { FORMATS, sourceAt } from './layout.ts';

const COMPILER = sourceAt('node_modules/typescript/bin/tsc');
/** What a declaration imports. */
const IMPORTS = /(?:from |import\()['"]([^'"]+)['"]/g;

/** Declarations by their file, seen from `lib`: `receiver/index.d.ts`. */
export type Declarations = ReadonlyMap<string, string>;

/** Compiles the declarations of a project: those of its files, and of everything that they import. */
export function compileDeclarations(project: string): Declarations {
  const directory = mkdtempSync(join(tmpdir(), 'tidings-declarations-'));
  try {
    execFileSync(process.execPath, [COMPILER, '-p', sourceAt(project), '--outDir', directory], {
      stdio: 'inherit',
    });
    const files = readdirSync(directory, { recursive: true, encoding: 'utf8' });
    const declared = files.filter((name) => name.endsWith('.d.ts'));
    return new Map(declared.map((name) => [name, readFileSync(join(directory, name), 'utf8')]));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * The declarations that a compiler reads for this entry.
 *
 * @param peers packages that the user has: nothing else may be imported
 */
export function reachedFrom(all: Declarations, entry: string, peers: readonly string[]): Declarations {
  const reached = new Map<string, string>();
  const waiting = [entry];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    const text = all.get(file);
    if (text === undefined) throw new Error(`There is no declaration ${file}.`);
    reached.set(file, text);
    for (const [, name = ''] of text.matchAll(IMPORTS)) {
      const imported = normalize(join(dirname(file), name.replace(/\.ts$/, '.d.ts')));
      const isOurs = name.startsWith('.');
      if (isOurs && !reached.has(imported)) waiting.push(imported);
      if (!isOurs && !peers.some((peer) => name === peer || name.startsWith(`${peer}/`))) {
        throw new Error(`${file} imports ${name}, which users of ${entry} need not have.`);
      }
    }
  }
  return reached;
}

/** Writes declarations for both formats. They import `.ts` files, as the sources do. The published files are `.js`. */
export function writeDeclarations(directory: string, declarations: Declarations): void {
  for (const [file, text] of declarations) {
    const published = text.replaceAll(/((?:from |import\()['"]\.[^'"]*)\.ts(?=['"])/g, '$1.js');
    for (const format of FORMATS) {
      const path = join(directory, format, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, published);
    }
  }
}
