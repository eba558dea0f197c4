import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readJsonFile, writeWholeFile } from '../../../lib/local/storage/whole-file.ts';

it('replaces a file whole: a new file that only its owner may read, and nothing beside it', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tidings-whole-'));
  const path = join(directory, 'demo.json');
  writeFileSync(path, 'a longer text than the new one', { mode: 0o644 });
  const before = statSync(path).ino;
  writeWholeFile(path, 'new');
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(path).ino).not.toBe(before);
  expect(readdirSync(directory)).toEqual(['demo.json']);
});

it.each(['', '{', 'null', '7'])('says which file to delete where it holds %j', (content) => {
  const path = join(mkdtempSync(join(tmpdir(), 'tidings-whole-')), 'credentials.json');
  expect(readJsonFile(path)).toBeUndefined();
  writeFileSync(path, content);
  expect(() => readJsonFile(path)).toThrow(
    expect.objectContaining({
      code: 'data_dir_damaged',
      message: `${path} is damaged. Delete this file, and start again.`,
    }),
  );
});
