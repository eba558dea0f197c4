import type { WorkingCopy } from './working-copy.ts';

const MAX_FILES = 5;

export const tagOf = (version: string): string => `v${version}`;
export const subjectOf = (version: string): string => `release: ${tagOf(version)}`;

/** A release that is asked for. */
export interface Plan {
  /** The version in package.json. */
  readonly current: string;
  readonly next: string;
  /** What the changelog says of it. */
  readonly unreleased: string;
}

/** Why this release cannot be made: a sentence each, with what to do. Empty if it can. */
export function releaseRefusals({ current, next, unreleased }: Plan, copy: WorkingCopy): readonly string[] {
  const isTagForgotten = copy.subject === subjectOf(current) && !copy.tags.includes(tagOf(current));
  return [
    ...uncommitted(copy),
    copy.branch !== 'main' &&
      `A release is made on main, and this is ${copy.branch === '' ? 'no branch' : `branch ${copy.branch}`}: git switch main.`,
    isTagForgotten &&
      `The last commit is the release ${current}, which has no tag yet: git tag -a ${tagOf(current)} -m ${tagOf(current)}.`,
    unreleased === '' && 'CHANGELOG.md has nothing under "## Unreleased": say there what the release brings.',
    copy.tags.includes(tagOf(next)) && `The tag ${tagOf(next)} exists: name a later version.`,
  ].filter((refusal) => typeof refusal === 'string');
}

/** A release that is to be published. */
export interface Publication {
  /** The version in package.json. */
  readonly version: string;
  /** Whether a forge's workflow runs this, so that npm can say where the package comes from. */
  readonly hasProvenance: boolean;
  /** `repository` in package.json. */
  readonly repository: unknown;
}

/** Why the release cannot be published, as `releaseRefusals` says it. */
export function publishRefusals(
  { version, hasProvenance, repository }: Publication,
  copy: WorkingCopy,
): readonly string[] {
  return [
    ...uncommitted(copy),
    !copy.tagsHere.includes(tagOf(version)) &&
      `Only a tagged release is published, and this commit has no tag ${tagOf(version)}: git checkout ${tagOf(version)}, or make the release first.`,
    hasProvenance &&
      repository === undefined &&
      'package.json has no "repository", and npm compares it with the origin of the package: add it and release again.',
  ].filter((refusal) => typeof refusal === 'string');
}

function uncommitted({ changed }: WorkingCopy): readonly string[] {
  if (changed.length === 0) return [];
  const more = changed.length > MAX_FILES ? `, and ${changed.length - MAX_FILES} more` : '';
  return [`There are changes that are not committed: ${changed.slice(0, MAX_FILES).join(', ')}${more}.`];
}
