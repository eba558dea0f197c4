import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Build, makeArtifacts } from './artifacts.ts';
import { publishRefusals } from './refusals.ts';
import { readWorkingCopy } from './working-copy.ts';

export interface PublishOptions {
  readonly rootDir: string;
  /** Whether to say what would be published, and to publish nothing. */
  readonly isDry: boolean;
  /** The variables of the environment: a forge's workflow is recognized by them. */
  readonly environment: NodeJS.ProcessEnv;
  readonly build: Build;
  print(line: string): void;
}

/**
 * Publishes the release that is checked out and tagged. In a workflow of GitHub, npm signs where the package comes from
 * (provenance).
 *
 * @returns whether it was published, or in a dry run whether it would be
 */
export async function publishRelease(options: PublishOptions): Promise<boolean> {
  const { rootDir, isDry, environment, build, print } = options;
  const { version, repository } = JSON.parse(readFileSync(join(rootDir, 'package.json'), 'utf8'));
  const hasProvenance = environment.GITHUB_ACTIONS === 'true';
  const refusals = publishRefusals({ version, hasProvenance, repository }, readWorkingCopy(rootDir));
  for (const refusal of refusals) print(`Refused: ${refusal}`);
  if (refusals.length > 0) return false;
  const { file, summary } = await makeArtifacts({ rootDir, version, destination: rootDir, build });
  summary.forEach(print);
  const words = ['publish', file, '--access', 'public', ...(hasProvenance ? ['--provenance'] : [])];
  print(`${isDry ? 'Would run: ' : '$ '}npm ${words.join(' ')}`);
  if (!hasProvenance)
    print('Without provenance: only a workflow of the forge can sign where the package comes from.');
  if (!isDry) execFileSync('npm', words, { cwd: rootDir, stdio: 'inherit' });
  return true;
}
