import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { temporaryDirectory } from '../local-service.ts';
import { madeOnce } from '../made-once.ts';
import { ROOT } from '../synthesized.ts';

/** What the package is built from. */
const INPUTS = [
  'bin/build.ts',
  'bin/package',
  'bin/tidings.ts',
  'lib',
  'functions',
  'docs/openapi.json',
  'package.json',
  'node_modules/.package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'tsconfig.construct.json',
  'LICENSE',
  'CHANGELOG.md',
].map((input) => join(ROOT, input));

/** The package as published, for all tests: read it only. */
export function builtKit(): Promise<string> {
  return madeOnce({
    name: 'kit',
    inputs: INPUTS,
    make: (directory) =>
      void execFileSync(process.execPath, ['bin/build.ts', '--out-dir', directory], { cwd: ROOT }),
  });
}

/** The file that `npm pack` makes of the package, for all tests: read it only. */
export async function packedFile(): Promise<string> {
  const cwd = await builtKit();
  const directory = await madeOnce({
    name: 'packed',
    inputs: INPUTS,
    make: (destination) =>
      void execFileSync('npm', ['pack', '--silent', '--pack-destination', destination], { cwd }),
  });
  const [file = ''] = readdirSync(directory);
  return join(directory, file);
}

/** The files in it, in order. */
export async function packedPaths(): Promise<readonly string[]> {
  const listed = execFileSync('tar', ['-tzf', await packedFile()], { encoding: 'utf8' });
  return listed
    .trim()
    .split('\n')
    .map((path) => path.replace(/^package\//, ''))
    .sort();
}

/** Puts the packed package into a project's `node_modules`, as npm does. */
export async function installPacked(project: string): Promise<void> {
  const directory = join(project, 'node_modules/tidings');
  mkdirSync(directory, { recursive: true });
  execFileSync('tar', ['-xzf', await packedFile(), '-C', directory, '--strip-components=1']);
}

/** Links packages of this repository into a project that would have installed them from a registry. */
export function linkPackages(project: string, names: readonly string[]): void {
  for (const name of names) {
    const link = join(project, 'node_modules', name);
    if (existsSync(link)) continue;
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), link);
  }
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
const OPTIONS = [
  '--noEmit',
  '--singleThreaded',
  '--strict',
  '--module',
  'nodenext',
  '--target',
  'es2024',
  '--types',
  'node',
];

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
  linkPackages(project, ['@types/node', 'undici-types', ...packages]);
  execFileSync(process.execPath, [COMPILER, ...OPTIONS, ...files], { cwd: project, stdio: 'pipe' });
}

/** The compiler that `attw` checks packages with. It is of a version that still has `moduleResolution: node10`. */
const ATTW = createRequire(import.meta.url).resolve('@arethetypeswrong/core/package.json');
const OLD_COMPILER = createRequire(ATTW).resolve('typescript/bin/tsc');

/**
 * Type-checks files of a project with `moduleResolution: node10`. Declarations of packages are read, but not checked
 * themselves: this project has not installed the CDK.
 *
 * @throws with the compiler's output
 */
export function checkTypesNode10(project: string, files: readonly string[]): void {
  const options = [
    '--noEmit',
    '--strict',
    '--module',
    'commonjs',
    '--moduleResolution',
    'node10',
    '--skipLibCheck',
  ];
  execFileSync(
    process.execPath,
    [OLD_COMPILER, ...options, '--target', 'es2022', '--types', 'node', ...files],
    {
      cwd: project,
      stdio: 'pipe',
    },
  );
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
