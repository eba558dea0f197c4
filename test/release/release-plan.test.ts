import { describe, expect, it } from 'vitest';
import { releasedAs, unreleasedOf } from '../../bin/release/changelog.ts';
import { publishRefusals, releaseRefusals } from '../../bin/release/refusals.ts';
import { bumpFor, nextVersion } from '../../bin/release/version.ts';
import type { WorkingCopy } from '../../bin/release/working-copy.ts';

describe('the changelog of a release', () => {
  const changelog =
    '# Changelog\n\n## Unreleased\n\n### Added\n\n- One.\n\n## 0.1.0 (2026-11-01)\n\n- Former.\n';

  it('has what was unreleased under the version and its date, and an empty section above it', () => {
    const released = releasedAs(changelog, '0.2.0', '2026-11-29');
    expect(released).toBe(
      '# Changelog\n\n## Unreleased\n\n## 0.2.0 (2026-11-29)\n\n### Added\n\n- One.\n\n## 0.1.0 (2026-11-01)\n\n- Former.\n',
    );
    expect(unreleasedOf(released)).toBe('');
  });

  it('is read up to the next version, or to its end', () => {
    expect(unreleasedOf(changelog)).toBe('### Added\n\n- One.');
    expect(unreleasedOf('# Changelog\n\n## Unreleased\n\n- All.\n')).toBe('- All.');
  });

  it('must have the section', () => {
    expect(() => unreleasedOf('# Changelog\n\n## 0.1.0\n')).toThrow(
      'CHANGELOG.md has no section "## Unreleased".',
    );
  });
});

describe('the version of a release', () => {
  it.each([
    ['0.1.0', '### Breaking\n\n- A\n\n### Added', 'minor'],
    ['1.4.0', '### Breaking\n\n- A', 'major'],
    ['1.4.0', '### Added\n\n- A\n\n### Fixed', 'minor'],
    ['1.4.0', '### Deprecated\n\n- A', 'minor'],
    ['1.4.0', '### Fixed\n\n- It broke ### Added\n\n### Security', 'patch'],
  ])('after %s, what %j asks for is a %s version', (current, unreleased, bump) => {
    expect(bumpFor(current, unreleased)).toBe(bump);
  });

  it.each([
    ['0.1.9', 'patch', '0.1.10'],
    ['0.1.9', 'minor', '0.2.0'],
    ['0.1.9', 'major', '1.0.0'],
    ['0.1.9', '0.1.10', '0.1.10'],
    ['0.9.0', '0.10.0', '0.10.0'],
  ])('after %s, %s is %s', (current, wanted, next) => {
    expect(nextVersion(current, wanted)).toBe(next);
  });

  it.each([
    ['0.2.0', '0.2.0 is not later than 0.2.0.'],
    ['0.1.9', '0.1.9 is not later than 0.2.0.'],
    ['v0.3.0', 'v0.3.0 is no version such as 1.2.3, and none of major, minor, patch.'],
    ['0.3', '0.3 is no version such as 1.2.3, and none of major, minor, patch.'],
    ['next', 'next is no version such as 1.2.3, and none of major, minor, patch.'],
  ])('%s is refused after 0.2.0', (wanted, message) => {
    expect(() => nextVersion('0.2.0', wanted)).toThrow(message);
  });
});

const copy: WorkingCopy = { branch: 'main', changed: [], subject: 'core: x', tags: ['v0.1.0'], tagsHere: [] };

describe('a release is refused', () => {
  const plan = { current: '0.1.0', next: '0.2.0', unreleased: '### Added\n\n- One.' };

  it('never on main, with everything committed and something to say', () => {
    expect(releaseRefusals(plan, copy)).toEqual([]);
  });

  it.each<[string, Partial<typeof plan>, Partial<WorkingCopy>, RegExp]>([
    [
      'with changes',
      {},
      { changed: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] },
      /not committed: a, b, c, d, e, and 2 more\.$/,
    ],
    [
      'on another branch',
      {},
      { branch: 'pack' },
      /made on main, and this is branch pack: git switch main\.$/,
    ],
    ['on no branch', {}, { branch: '' }, /made on main, and this is no branch: /],
    ['with nothing to say', { unreleased: '' }, {}, /nothing under "## Unreleased"/],
    ['with a version that was', { next: '0.1.0' }, {}, /^The tag v0\.1\.0 exists/],
    [
      'after one that died before its tag',
      { current: '0.2.0', next: '0.3.0' },
      { subject: 'release: v0.2.0' },
      /git tag -a v0\.2\.0 -m v0\.2\.0\.$/,
    ],
  ])('%s, in one sentence that says what to do', (_, ofPlan, ofCopy, refusal) => {
    const refusals = releaseRefusals({ ...plan, ...ofPlan }, { ...copy, ...ofCopy });
    expect(refusals).toEqual([expect.stringMatching(refusal)]);
  });

  it('for all reasons at once', () => {
    const refusals = releaseRefusals({ ...plan, unreleased: '' }, { ...copy, changed: ['a'], branch: 'x' });
    expect(refusals).toHaveLength(3);
  });
});

describe('a release is published', () => {
  const tagged = { ...copy, tagsHere: ['v0.1.0'] };
  const publication = {
    version: '0.1.0',
    hasProvenance: true,
    repository: { url: 'git+https://forge.example/t' },
  };

  it('from its tag, where nothing is changed', () => {
    expect(publishRefusals(publication, tagged)).toEqual([]);
    expect(publishRefusals({ ...publication, hasProvenance: false, repository: undefined }, tagged)).toEqual(
      [],
    );
  });

  it.each([
    ['without its tag', publication, copy, /^Only a tagged release is published/],
    ['with changes', publication, { ...tagged, changed: ['a'] }, /not committed: a\.$/],
    ['with provenance and no origin', { ...publication, repository: undefined }, tagged, /no "repository"/],
  ])('never %s', (_, asked, where, refusal) => {
    expect(publishRefusals(asked, where)).toEqual([expect.stringMatching(refusal)]);
  });
});
