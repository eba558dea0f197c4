import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { LESSONS } from '../../examples/shared/lessons.ts';
import { type Surroundings, surroundingsIn } from '../../examples/shared/surroundings.ts';
import { removeDirectory, temporaryDirectory } from '../support/local-service.ts';
import { cellsInGuide, cellsOf } from './guide-table.ts';
import { measure } from './killing.ts';

describe('killed before and after each of its effects', () => {
  const dir = temporaryDirectory();
  let surroundings: Surroundings;

  beforeAll(async () => {
    surroundings = await surroundingsIn(inject('dataDir'));
  });
  afterAll(() => removeDirectory(dir));

  it.concurrent.each(LESSONS)('%s ends as its ledgers bear out, and as the guide says', async (name) => {
    const found = await measure(name, { dir: join(dir, name), surroundings });
    expect(found.wrong.join('\n')).toBe('');
    expect(cellsOf(found)).toEqual(cellsInGuide(name));
  });
});
