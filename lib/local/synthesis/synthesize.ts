import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { COMPILE_CACHE } from '../compile-cache.ts';
import { LocalCloudError } from '../errors.ts';
import { findAssembly, openDraft, publishDraft } from './assembly-cache.ts';
import { treeHash } from './tree-hash.ts';

/**
 * Assemblies of the working copy, by the hash of their inputs. Not the output directory of the CDK's own commands: they use
 * another context, and lock it.
 */
export const ASSEMBLIES_DIRECTORY = 'cdk.out.cached';

/**
 * The inputs of the template and the bundles. npm's lock files stand for the packages: the second one says what is
 * installed.
 */
const INPUTS = [
  'bin',
  'lib',
  'functions',
  'docs/openapi.json',
  'cdk.json',
  'cdk.context.json',
  'package.json',
  'package-lock.json',
  'node_modules/.package-lock.json',
  'tsconfig.json',
];
/** Each round repeats a synthesis during which an input changed. */
const MAX_ROUNDS = 5;

/** Context of the app, as `-c name=value` gives it. */
export type Context = Readonly<Record<string, unknown>>;

/** An assembly for these inputs. It does not change, and stays as long as this process runs. */
export interface Synthesized {
  readonly directory: string;
  /** Whether the app ran, or the assembly was there. */
  readonly isNew: boolean;
}

/**
 * Synthesizes the app, unless an assembly of the same inputs is in the cache.
 *
 * @throws LocalCloudError `synthesis_failed` with the app's output
 */
export async function synthesize(
  rootDir: string,
  cacheDir: string,
  context: Context = {},
): Promise<Synthesized> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const inputs = inputHash(rootDir, context);
    const found = findAssembly(cacheDir, inputs);
    if (found !== undefined) return { directory: found, isNew: false };
    const draft = openDraft(cacheDir);
    try {
      await runApp(rootDir, draft, context);
      // If an input changed meanwhile, the assembly may have parts of the old and the new one.
      if (inputHash(rootDir, context) === inputs) {
        return { directory: publishDraft(cacheDir, draft, inputs), isNew: true };
      }
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  }
  throw new LocalCloudError(
    'synthesis_failed',
    'The sources changed each time while the app was synthesized. Start again when nothing writes to them.',
  );
}

/** SHA-256 of everything that the template and the bundles are made from. */
export function inputHash(rootDir: string, context: Context = {}): string {
  const machine = [process.version, process.env.NODE_OPTIONS ?? ''];
  const settings = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([machine, settings, treeHash(rootDir, INPUTS)]))
    .digest('hex');
}

async function runApp(rootDir: string, outputDir: string, context: Context): Promise<void> {
  const child = spawn(process.execPath, ['bin/app.ts'], {
    cwd: rootDir,
    env: {
      ...ownEnvironment(),
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      CDK_OUTDIR: resolve(outputDir),
      CDK_CONTEXT_JSON: JSON.stringify(context),
      // The CDK's checks of the template take most of a synthesis, and only warn. `npm run synth` and `npm run deploy` show them.
      CDK_VALIDATION: 'false',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => output.push(String(text)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) {
    throw new LocalCloudError(
      'synthesis_failed',
      `The app could not be synthesized:\n${output.join('').trim()}`,
    );
  }
}

/** Our environment without the context that the CDK's commands pass to an app: it changes the template. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('CDK_')));
}
