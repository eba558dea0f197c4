import { describe, expect, it } from 'vitest';
import deliberate from './deliberate-changes.json' with { type: 'json' };
import { type FrozenResource, freeze, indexesOf, isSorted, withoutAdditions } from './frozen.ts';
import released from './frozen-resources.json' with { type: 'json' };
import { synthesized } from './synthesized-template.ts';

const frozen: Readonly<Record<string, FrozenResource>> = released;
const today = freeze(synthesized.Resources);

/**
 * What the last release deployed and this one deletes or replaces on purpose, by logical id, with the reason why nothing
 * is lost. `npm run freeze` at the release empties the list.
 */
const DELIBERATE: Readonly<Record<string, string>> = deliberate;

const advice = (id: string, type: string) =>
  `${id} (${type}) is deployed, and CloudFormation would delete it or put an empty one in its place. Its logical id is ` +
  'made of the path of its construct: put back the id and the scope that the construct had, or the property that is ' +
  'shown below. Where the loss is meant, say in CHANGELOG.md what operators do about their data before they deploy, and ' +
  'list the logical id in deliberate-changes.json with the reason why nothing is lost. Do not write frozen-resources.json anew: ' +
  '`npm run freeze` does that at a release.';

describe('an upgrade', () => {
  const kept = Object.entries(frozen).filter(([id]) => !(id in DELIBERATE));

  it.each(kept)('keeps %s', (id, resource) => {
    const now = today[id];
    expect(now && withoutAdditions(now, resource), advice(id, resource.type)).toEqual(resource);
  });

  it('builds one new index at most: DynamoDB takes no more in one update', () => {
    for (const [id, resource] of Object.entries(frozen)) {
      const [before, now] = [indexesOf(resource), indexesOf(today[id] ?? resource)];
      const built = [...now.keys()].filter((name) => !before.has(name));
      expect(
        built.length,
        `${id} would build ${built.join(', ')}: leave one, and release twice.`,
      ).toBeLessThan(2);
    }
  });

  it('lists as deliberate only what the last release had and this one changes', () => {
    for (const id of Object.keys(DELIBERATE)) {
      const before = frozen[id];
      expect(before, `${id} was not released: take it off the list.`).toBeDefined();
      expect(today[id], `${id} is as it was: take it off the list.`).not.toEqual(before);
    }
  });

  it('has no resource type without a decision whether it may be replaced', () => {
    const types = Object.values(synthesized.Resources).map(({ Type }) => Type);
    const unsorted = [...new Set(types)].filter((type) => !isSorted(type));
    expect(unsorted, 'Sort these types into FROZEN or FREE in test/stack/frozen.ts.').toEqual([]);
  });
});
