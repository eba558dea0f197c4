import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { temporaryDirectory } from '../local-service.ts';
import { madeOnce } from '../made-once.ts';
import { ROOT } from '../synthesized.ts';

/** What the package is built from. */
const INPUTS = [
  'bin/build.ts',
  'bin/tidings.ts',
  'lib',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'README.md',
];

/** The package as published, for all tests: read it only. */
export function builtKit(): Promise<string> {
  return madeOnce({
    name: 'kit',
    inputs: INPUTS.map((input) => join(ROOT, input)),
    make: (directory) =>
      void execFileSync(process.execPath, ['bin/build.ts', '--out-dir', directory], { cwd: ROOT }),
  });
}

/** The file that `npx tidings` runs. */
export async function publishedCommand(): Promise<string> {
  const kit = await builtKit();
  const { bin } = JSON.parse(readFileSync(join(kit, 'package.json'), 'utf8')) as {
    readonly bin: { readonly tidings: string };
  };
  return join(kit, bin.tidings);
}

/**
 * Creates an empty third-party project with the kit installed as published.
 * @returns its directory
 */
export async function projectWithKit(): Promise<string> {
  const kit = await builtKit();
  const project = temporaryDirectory();
  cpSync(kit, join(project, 'node_modules/tidings'), { recursive: true });
  return project;
}

const COMPILER = join(ROOT, 'node_modules/typescript/bin/tsc');
const OPTIONS = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--types', 'node'];

/**
 * Type-checks files of a project as its own compiler would.
 *
 * @param packages further packages of ours that the project has installed
 * @throws with the compiler's output
 */
export function checkTypes(
  project: string,
  files: readonly string[],
  packages: readonly string[] = [],
): void {
  for (const name of ['@types/node', 'undici-types', ...packages]) {
    mkdirSync(join(project, 'node_modules', name, '..'), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name));
  }
  execFileSync(process.execPath, [COMPILER, ...OPTIONS, ...files], { cwd: project, stdio: 'pipe' });
}

/** Returns the import specifiers of a published file as written. */
function importsOf(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from |import\(|require\()['"]([^'"]+)['"]/g)].map(([, name = '']) => name);
}

export interface Reached {
  /** Files of the package that are loaded or read for their types, relative to its root. */
  readonly files: readonly string[];
  /** Imports from other packages, with the importing file. Node's own modules are omitted. */
  readonly foreign: readonly { readonly file: string; readonly name: string }[];
}

/**
 * Follows all imports of a subpath of the installed package.
 *
 * @param extension of the files to follow: `.js` for code, `.d.ts` for declarations
 */
export function reachedFrom(installed: string, entry: string, extension = '.js'): Reached {
  const files = new Set<string>();
  const foreign: { file: string; name: string }[] = [];
  const waiting = [join(installed, entry)];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    for (const name of importsOf(file)) {
      if (/^\.{1,2}\//.test(name)) waiting.push(join(dirname(file), name.replace(/\.js$/, extension)));
      else if (!name.startsWith('node:')) foreign.push({ file: relative(installed, file), name });
    }
  }
  return { files: [...files].map((file) => relative(installed, file)), foreign };
}
