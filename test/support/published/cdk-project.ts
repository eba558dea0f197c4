import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryDirectory } from '../local-service.ts';
import { ROOT } from '../synthesized.ts';
import { installPacked, linkPackages } from './published.ts';

/** The CDK, which a user installs beside the package. */
export const CDK = ['aws-cdk-lib', 'constructs'] as const;
export const EXAMPLE = join(ROOT, 'examples/cdk-app');

/**
 * Creates the project of the example app, outside of the repository, with the packed package and the CDK installed and
 * nothing else.
 * @returns its directory
 */
export async function projectOfExample(): Promise<string> {
  const project = temporaryDirectory();
  cpSync(EXAMPLE, project, { recursive: true });
  await installPacked(project);
  linkPackages(project, CDK);
  return project;
}

/** Only Node itself is on the path: no npm, no esbuild, no Docker. */
const ENVIRONMENT = {
  PATH: dirname(process.execPath),
  // The CDK's own checks take seconds for each template, and only warn.
  CDK_VALIDATION: 'false',
  ...(process.env.NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE }),
};

/** Runs a program of a project in an environment that has nothing of this one. */
export function runAlone(project: string, words: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, words, {
    cwd: project,
    env: { ...ENVIRONMENT, ...environment },
    encoding: 'utf8',
  });
}

/** Like `runAlone`, for a program that must succeed. */
export function outputOf(
  project: string,
  words: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): string {
  return execFileSync(process.execPath, words, {
    cwd: project,
    env: { ...ENVIRONMENT, ...environment },
    encoding: 'utf8',
    stdio: 'pipe',
  });
}
