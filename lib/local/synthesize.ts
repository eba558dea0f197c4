import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LocalCloudError } from './errors.ts';

/**
 * Inside the repository, but not the output directory of the CDK's own commands: they use another context, and lock
 * it.
 */
export const ASSEMBLY_DIRECTORY = 'cdk.out.local';

/** The inputs of the template and the bundles. */
const SOURCES = ['bin', 'lib', 'functions', 'docs/openapi.json', 'package-lock.json', 'cdk.json'];

/** Context of the app, as `-c name=value` gives it. */
export type Context = Readonly<Record<string, unknown>>;

/**
 * Synthesizes the app into `assemblyDir`, unless the output there is newer than all its inputs. One directory must
 * always have the same context.
 *
 * @returns whether it synthesized
 */
export async function synthesize(
  rootDir: string,
  assemblyDir: string,
  context: Context = {},
): Promise<boolean> {
  const manifest = join(assemblyDir, 'manifest.json');
  const newest = Math.max(...SOURCES.map((source) => newestMs(join(rootDir, source))));
  if (existsSync(manifest) && statSync(manifest).mtimeMs > newest) return false;
  const child = spawn(process.execPath, ['bin/app.ts'], {
    cwd: rootDir,
    env: { ...ownEnvironment(), CDK_OUTDIR: assemblyDir, CDK_CONTEXT_JSON: JSON.stringify(context) },
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
  return true;
}

/** Our environment without the context that the CDK's commands pass to an app: it changes the template. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('CDK_')));
}

function newestMs(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}
