import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FATE_OF_ROWS } from '../../../lib/adapters/dynamodb/items/kept-of-erased.ts';
import { PLACES } from '../../../lib/core/merchants/erasing/erasure.ts';
import { ROOT } from '../../support/synthesized.ts';

const FOLDERS = ['lib/adapters/dynamodb', 'lib/protocol/table'];

/** The letters with which keys of the table and its indexes begin, as they stand in the code. */
function lettersOfKeys(): readonly string[] {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(join(ROOT, folder, file), 'utf8')),
  );
  const found = files.flatMap((text) =>
    [...text.matchAll(/['"`]([A-Z])#/g)].map(([, letter = '']) => letter),
  );
  return [...new Set(found)].sort();
}

describe('rows of an erased merchant', () => {
  it('have a fate for every key that there is, and for no other', () => {
    expect(lettersOfKeys()).toEqual(Object.keys(FATE_OF_ROWS).sort());
  });

  it('are deleted in every place that the job walks, and the reasons of those that stay are said', () => {
    const fates = Object.values(FATE_OF_ROWS);
    const deleted = fates.flatMap((fate) => ('deleted' in fate ? [fate.deleted] : []));
    expect(deleted).toEqual(
      expect.arrayContaining(['listed', 'windows', 'counts', 'alerts', 'jobs', 'parked']),
    );
    for (const place of deleted) expect([...PLACES, 'by the tombstone']).toContain(place);
    for (const fate of fates) if ('stays' in fate) expect(fate.stays).toMatch(/\w{3}.*\.$/);
  });
});
