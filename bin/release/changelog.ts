/** The section that collects what the next release brings. */
const UNRELEASED = '## Unreleased\n';

/** What is under *Unreleased*, without space around it. */
export function unreleasedOf(changelog: string): string {
  const [, after] = split(changelog);
  const [section = ''] = after.split(/^## /m, 1);
  return section.trim();
}

/**
 * The changelog with what was unreleased under a version, and an empty *Unreleased* above it.
 *
 * @param date as in `2026-11-29`
 */
export function releasedAs(changelog: string, version: string, date: string): string {
  const [before, after] = split(changelog);
  return `${before}${UNRELEASED}\n## ${version} (${date})\n${after}`;
}

function split(changelog: string): readonly [string, string] {
  const place = changelog.indexOf(UNRELEASED);
  if (place === -1) throw new Error('CHANGELOG.md has no section "## Unreleased".');
  return [changelog.slice(0, place), changelog.slice(place + UNRELEASED.length)];
}
