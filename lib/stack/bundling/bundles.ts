import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import type { BuildOptions } from 'esbuild';
import { operations } from '../../api/contract/operations.ts';
import { ASSET_FOLDER } from '../../console/site/http/assets.ts';
import type { OpenApi } from '../../reference/open-api.ts';
import { BUNDLES_VARIABLE } from '../bundled/bundles-variable.ts';
import { namesOf, packConsoleAssets, writeAssets } from './console-assets.ts';
import { packReference } from './packed-reference.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const FUNCTIONS = join(ROOT, 'functions');
const fileAt = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What stands for a module in the bundles. Each file says why. */
const REPLACED = {
  '@aws-sdk/credential-provider-node': fileAt('../../adapters/secrets/lambda-credentials.ts'),
  '@aws-sdk/endpoint-cache': fileAt('../bundled/no-endpoint-cache.ts'),
  '@smithy/core/event-streams': fileAt('../bundled/no-event-streams.ts'),
};

/** Some dependencies are CommonJS and call `require`, which an ES module does not have. */
const REQUIRE_BANNER =
  "import{createRequire as tidingsRequire}from'node:module';const require=tidingsRequire(import.meta.url);";

/** Source files by the name of their function. */
export type EntryPoints = Readonly<Record<string, string>>;

export interface BundleOptions {
  /** Writes `index.mjs.map` beside each bundle, for tools. The code does not refer to it. Default: no. */
  readonly hasMaps?: boolean;
}

/**
 * Bundles all functions with one call of esbuild. Each becomes one ES module at `<directory>/<name>/index.mjs`, with the
 * SDK version that it was tested with. What browsers load of the console stands in files beside its module. Bundles share no
 * code, so a bundle changes only if its own sources change.
 *
 * @returns the files that they are made of, seen from the repository
 */
export function bundle(
  entryPoints: EntryPoints,
  directory: string,
  { hasMaps = false }: BundleOptions = {},
): readonly string[] {
  const consoleFiles = packConsoleAssets();
  const reference = packReference(openApi());
  const inputs = runEsbuild({
    entryPoints: Object.fromEntries(
      Object.entries(entryPoints).map(([name, file]) => [join(name, 'index'), file]),
    ),
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    sourcemap: hasMaps && 'external',
    mainFields: ['module', 'main'],
    alias: REPLACED,
    // Otherwise each Chinese character of the console's texts takes six bytes.
    charset: 'utf8',
    define: {
      PACKED_OPEN_API: JSON.stringify(packedDocument()),
      PACKED_REFERENCE: JSON.stringify(reference.packed),
      REFERENCE_POLICY: JSON.stringify(reference.policy),
      SERVICE_VERSION: JSON.stringify(serviceVersion()),
      // Texts: esbuild gives every module of every bundle a call for a definition that is an object.
      API_PATHS: textOf(operations.map(({ method, path }) => ({ method, path }))),
      CONSOLE_ASSETS: textOf(namesOf(consoleFiles.assets)),
    },
    banner: { js: REQUIRE_BANNER },
    logLevel: 'warning',
  });
  if ('console' in entryPoints) writeAssets(consoleFiles.assets, join(directory, 'console', ASSET_FOLDER));
  return [...inputs, ...consoleFiles.inputs];
}

/** The expression for a text that holds the value as JSON. */
const textOf = (value: unknown): string => JSON.stringify(JSON.stringify(value));

function runEsbuild(options: BuildOptions): readonly string[] {
  const inputs = execFileSync(process.execPath, [fileAt('../bundled/esbuild-process.ts')], {
    input: JSON.stringify(options),
    stdio: ['pipe', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 16 * 1_024 * 1_024,
  });
  return JSON.parse(inputs);
}

function serviceVersion(): string {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  return version;
}

/** The OpenAPI document as `functions/document.ts` unpacks it. The same document is always packed to the same text. */
function packedDocument(): string {
  return brotliCompressSync(JSON.stringify(openApi())).toString('base64');
}

function openApi(): OpenApi {
  return JSON.parse(readFileSync(join(ROOT, 'docs/openapi.json'), 'utf8')) as OpenApi;
}

let directoryOfBundles: string | undefined;

/**
 * The bundles of every file of `functions/`: a directory each. Built once per process, for all its assemblies. This happens
 * for every command that runs the app, so an assembly never refers to sources. The CDK copies the bundles into each assembly.
 */
export function bundledFunctions(): string {
  const kept = process.env[BUNDLES_VARIABLE];
  directoryOfBundles ??= kept === undefined ? bundlesOfProcess() : keptBundles(kept);
  return directoryOfBundles;
}

function bundlesOfProcess(): string {
  const directory = mkdtempSync(join(tmpdir(), 'tidings-bundles-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  bundleFunctions(directory);
  return directory;
}

/** Complete if it exists: it gets its name when it is. A second process that makes the same keeps those of the first. */
function keptBundles(directory: string): string {
  if (existsSync(directory)) return directory;
  mkdirSync(dirname(directory), { recursive: true });
  const draft = mkdtempSync(`${directory}-`);
  bundleFunctions(draft);
  try {
    renameSync(draft, directory);
  } catch {
    rmSync(draft, { recursive: true, force: true });
  }
  return directory;
}

/** Beside the bundles: the files that they are made of, as `bundle` returns them. */
const INPUTS_FILE = 'inputs.json';

function bundleFunctions(directory: string): void {
  const files = readdirSync(FUNCTIONS).filter((file) => file.endsWith('.ts'));
  const entryPoints = Object.fromEntries(files.map((file) => [parse(file).name, join(FUNCTIONS, file)]));
  writeFileSync(join(directory, INPUTS_FILE), JSON.stringify(bundle(entryPoints, directory)));
}

/** The files that the bundles of `bundledFunctions` are made of, seen from the repository. */
export function inputsOfFunctions(): readonly string[] {
  return JSON.parse(readFileSync(join(bundledFunctions(), INPUTS_FILE), 'utf8'));
}
