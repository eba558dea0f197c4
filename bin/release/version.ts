const BUMPS = ['major', 'minor', 'patch'] as const;
export type Bump = (typeof BUMPS)[number];

const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;

/**
 * What a release that brings this must count up, by Semantic Versioning. Before 1.0, a minor version may break.
 *
 * @param unreleased the section of the changelog
 */
export function bumpFor(current: string, unreleased: string): Bump {
  const has = (heading: string) => new RegExp(`^### ${heading}$`, 'm').test(unreleased);
  if (has('Breaking')) return current.startsWith('0.') ? 'minor' : 'major';
  return has('Added') || has('Changed') || has('Deprecated') || has('Removed') ? 'minor' : 'patch';
}

/**
 * The version after this one.
 *
 * @param wanted what to count up, or a version
 * @throws Error if it is neither, or not later than the current one
 */
export function nextVersion(current: string, wanted: string): string {
  const numbers = numbersOf(current);
  if (numbers === undefined) throw new Error(`The current version ${current} is not like 1.2.3.`);
  const [major, minor, patch] = numbers;
  if (wanted === 'major') return `${major + 1}.0.0`;
  if (wanted === 'minor') return `${major}.${minor + 1}.0`;
  if (wanted === 'patch') return `${major}.${minor}.${patch + 1}`;
  const given = numbersOf(wanted);
  if (given === undefined)
    throw new Error(`${wanted} is no version such as 1.2.3, and none of ${BUMPS.join(', ')}.`);
  if (!isLater(given, numbers)) throw new Error(`${wanted} is not later than ${current}.`);
  return wanted;
}

type Numbers = readonly [major: number, minor: number, patch: number];

function numbersOf(version: string): Numbers | undefined {
  const [, major, minor, patch] = VERSION.exec(version) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

function isLater(one: Numbers, other: Numbers): boolean {
  const place = one.findIndex((number, index) => number !== other[index]);
  return place !== -1 && (one[place] ?? 0) > (other[place] ?? 0);
}
