import { execFileSync } from 'node:child_process';

/** A clone of the repository, seen by git. */
export interface WorkingCopy {
  readonly branch: string;
  /** Files with changes that are not committed. */
  readonly changed: readonly string[];
  /** The subject of the last commit. */
  readonly subject: string;
  /** All tags. */
  readonly tags: readonly string[];
  /** Those of the last commit. */
  readonly tagsHere: readonly string[];
}

export function git(rootDir: string, ...words: readonly string[]): string {
  return execFileSync('git', words, { cwd: rootDir, encoding: 'utf8' }).trimEnd();
}

export function readWorkingCopy(rootDir: string): WorkingCopy {
  const lines = (...words: readonly string[]) =>
    git(rootDir, ...words)
      .split('\n')
      .filter((line) => line !== '');
  return {
    branch: git(rootDir, 'branch', '--show-current'),
    changed: lines('status', '--porcelain').map((line) => line.slice('XY '.length)),
    subject: git(rootDir, 'log', '-1', '--format=%s'),
    tags: lines('tag'),
    tagsHere: lines('tag', '--points-at', 'HEAD'),
  };
}
