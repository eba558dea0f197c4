import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from './local-service.ts';
import { ROOT } from './synthesized.ts';

/** An empty project of somebody else's, in which the kit is installed as it is published. */
export function projectWithKit(): string {
  const project = temporaryDirectory();
  const installed = join(project, 'node_modules/tidings');
  execFileSync(process.execPath, ['bin/build.ts', '--out-dir', installed], { cwd: ROOT });
  return project;
}

const COMPILER = join(ROOT, 'node_modules/typescript/bin/tsc');
const OPTIONS = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--types', 'node'];

/**
 * Checks files of a project as its own compiler would.
 *
 * @param packages those that it has besides, of ours
 * @throws with what the compiler said
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
