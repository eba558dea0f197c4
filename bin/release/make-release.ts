import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Build, makeArtifacts, withoutTrace } from './artifacts.ts';
import { unreleasedOf } from './changelog.ts';
import { type Plan, releaseRefusals, subjectOf, tagOf } from './refusals.ts';
import { bumpFor, nextVersion } from './version.ts';
import { VERSIONED_FILES, writeVersion } from './versioned-files.ts';
import { git, readWorkingCopy } from './working-copy.ts';

export interface ReleaseOptions {
  readonly rootDir: string;
  /** What to count up, or a version. Default: what the changelog asks for. */
  readonly wanted?: string | undefined;
  /** Whether to change nothing, and to say what would happen. */
  readonly isDry: boolean;
  readonly skipsChecks: boolean;
  /** The date of the release: `2026-11-29`. */
  readonly today: string;
  readonly build: Build;
  print(line: string): void;
}

/** What must succeed before anything is changed. The workflow of the tag proves the rest: `.ci/run` in a fresh clone. */
const CHECKS = ['npm run check', 'npm test -- test/compatibility test/stack'] as const;

/** What is written anew with the version in it, and what later versions are compared with: resources, rows, messages. */
const FROZEN = [
  'npm run openapi',
  'npm run synth',
  'npm run freeze -- cdk.out/Tidings.template.json',
  'npm run freeze:rows',
  'npm run format',
] as const;

/**
 * Makes a release: checks, version, changelog, frozen resources and rows, commit, tag, package, bill of materials. It
 * publishes nothing.
 *
 * @returns whether it was made, or in a dry run whether it would be
 */
export async function makeRelease(options: ReleaseOptions): Promise<boolean> {
  const plan = planOf(options);
  announce(plan, options);
  const refusals = releaseRefusals(plan, readWorkingCopy(options.rootDir));
  for (const refusal of refusals) options.print(`Refused: ${refusal}`);
  if (options.isDry) await rehearse(plan, options);
  else if (refusals.length === 0) await perform(plan, options);
  return refusals.length === 0;
}

function planOf({ rootDir, wanted }: ReleaseOptions): Plan {
  const { version: current } = JSON.parse(readFileSync(join(rootDir, 'package.json'), 'utf8'));
  const unreleased = unreleasedOf(readFileSync(join(rootDir, 'CHANGELOG.md'), 'utf8'));
  return { current, next: nextVersion(current, wanted ?? bumpFor(current, unreleased)), unreleased };
}

function announce({ current, next, unreleased }: Plan, { wanted, isDry, print }: ReleaseOptions): void {
  const why =
    wanted === undefined
      ? `by the headings of the changelog: ${bumpFor(current, unreleased)}`
      : 'as asked for';
  print(`Release ${current} → ${next} (${why})${isDry ? ', as a dry run: nothing is changed' : ''}`);
}

async function perform({ next }: Plan, options: ReleaseOptions): Promise<void> {
  const { rootDir, skipsChecks, today, build, print } = options;
  const run = (command: string) => {
    print(`$ ${command}`);
    const [program = '', ...words] = command.split(' ');
    execFileSync(program, words, { cwd: rootDir, stdio: 'inherit' });
  };
  if (!skipsChecks) CHECKS.forEach(run);
  try {
    print(`Writes the version into ${VERSIONED_FILES.join(', ')}`);
    writeVersion(rootDir, next, today);
    FROZEN.forEach(run);
    git(rootDir, 'add', '--all');
    git(rootDir, 'commit', '--quiet', '--message', subjectOf(next));
  } catch (error) {
    print('Nothing is committed. To take back what was written: git reset --hard && git clean -fd test');
    throw error;
  }
  git(rootDir, 'tag', '--annotate', tagOf(next), '--message', tagOf(next));
  print(`Committed and tagged ${tagOf(next)}`);
  const { summary } = await makeArtifacts({ rootDir, version: next, destination: rootDir, build });
  summary.forEach(print);
  print(`Nothing is published. Push the tag, and its workflow does: git push origin main ${tagOf(next)}`);
}

/** Says each step. The package is built and packed, to look at, and removed again. */
async function rehearse({ next, unreleased }: Plan, options: ReleaseOptions): Promise<void> {
  const { rootDir, skipsChecks, today, build, print } = options;
  const would = (what: string) => print(`Would run: ${what}`);
  if (!skipsChecks) CHECKS.forEach(would);
  print(`Would write the version into ${VERSIONED_FILES.join(', ')}`);
  print(`Would put this into CHANGELOG.md:\n\n## ${next} (${today})\n\n${unreleased}\n`);
  FROZEN.forEach(would);
  would(`git commit -m "${subjectOf(next)}" && git tag -a ${tagOf(next)}`);
  await withoutTrace(async (destination) => {
    const { summary } = await makeArtifacts({ rootDir, version: next, destination, build });
    print('Would make these files; they were made from the sources as they are, and removed:');
    for (const line of summary) print(`  ${line.replace(`${destination}/`, '')}`);
  });
  print(`Would publish nothing: the workflow of the tag does, or npm run release -- --publish at the tag.`);
}
