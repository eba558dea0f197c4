import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareDataDirectory } from '../../../lib/local/storage/data-directory.ts';
import { openState } from '../../../lib/local/storage/state.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';

const MARK = 'cloud.sqlite';
/** Names before and after the mark in the alphabet. */
const FILES = ['access-key.json', 'credentials.json', 'table.json', 'tidings.log'];

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => removeDirectory(directory));

const names = () => readdirSync(directory).sort();
const remove = (path: string) => rmSync(path, { recursive: true });

/** What a run leaves: a setting of ours, files, and a folder. */
function fill(): void {
  const state = openState(directory);
  state.saveSetting('aws-port', '4566');
  state.close();
  for (const name of FILES) writeFileSync(join(directory, name), name);
  mkdirSync(join(directory, 's3'));
  writeFileSync(join(directory, 's3', 'object'), 'content');
}

/** Ends at the file of this number, as a kill does. */
function brokenOffAt(number: number): (path: string) => void {
  let count = 0;
  return (path) => {
    if (count === number) throw new Error('killed');
    count += 1;
    remove(path);
  };
}

function settingAfterwards(): string | undefined {
  const state = openState(directory);
  const value = state.setting('aws-port');
  state.close();
  return value;
}

describe('a data directory', () => {
  it('has its mark before anything is written into it', () => {
    expect(prepareDataDirectory(directory, false)).toBe(directory);
    expect(names()).toEqual([MARK]);
    writeFileSync(join(directory, 'tidings.log'), '');
    expect(prepareDataDirectory(directory, false)).toBe(directory);
    expect(names()).toEqual([MARK, 'tidings.log']);
  });

  it('keeps everything without --fresh', () => {
    fill();
    prepareDataDirectory(directory, false);
    expect(names()).toEqual([...FILES, MARK, 's3'].sort());
    expect(settingAfterwards()).toBe('4566');
  });

  it('is emptied by --fresh, the mark too', () => {
    fill();
    const state = openState(directory);
    state.saveSetting('long', 'x'.repeat(1_000_000));
    state.close();
    prepareDataDirectory(directory, true);
    expect(names()).toEqual([MARK]);
    expect(settingAfterwards()).toBeUndefined();
    expect(statSync(join(directory, MARK)).size).toBeLessThan(100_000);
  });

  it('keeps the name of a dynoxide that a killed run left behind: the next start ends it', () => {
    fill();
    writeFileSync(join(directory, 'dynamodb.pid'), '4711');
    prepareDataDirectory(directory, true);
    expect(names()).toEqual([MARK, 'dynamodb.pid']);
  });

  it('is nobody else’s while it is being emptied', () => {
    fill();
    let attempts = 0;
    prepareDataDirectory(directory, true, (path) => {
      expect(() => openState(directory)).toThrow(expect.objectContaining({ code: 'data_dir_in_use' }));
      attempts += 1;
      remove(path);
    });
    expect(attempts).toBe(FILES.length + 1);
  });

  it('is not emptied while it is in use', () => {
    fill();
    const state = openState(directory);
    expect(() => prepareDataDirectory(directory, true)).toThrow(
      expect.objectContaining({ code: 'data_dir_in_use' }),
    );
    state.close();
    expect(names()).toEqual([...FILES, MARK, 's3'].sort());
  });

  describe.each([0, 1, 2, 3, 4])('whose emptying was broken off at file %d', (number) => {
    it.each([false, true])('is emptied by the next start, with --fresh: %s', (isFresh) => {
      fill();
      expect(() => prepareDataDirectory(directory, true, brokenOffAt(number))).toThrow('killed');
      expect(names()).toContain(MARK);
      prepareDataDirectory(directory, isFresh);
      expect(names()).toEqual([MARK]);
      expect(settingAfterwards()).toBeUndefined();
      writeFileSync(join(directory, 'table.json'), '');
      prepareDataDirectory(directory, false);
      expect(names()).toContain('table.json');
    });
  });
});

describe.each([false, true])('with --fresh: %s', (isFresh) => {
  const prepare = () => prepareDataDirectory(directory, isFresh);

  it('a directory with files of other programs is refused and left as it is', () => {
    writeFileSync(join(directory, 'thesis.txt'), 'precious');
    expect(prepare).toThrow(expect.objectContaining({ code: 'data_dir_refused' }));
    expect(names()).toEqual(['thesis.txt']);
  });

  it('a database of another program with the name of ours is refused and left as it is', () => {
    const other = new DatabaseSync(join(directory, MARK));
    other.exec('CREATE TABLE weather (day TEXT)');
    other.close();
    writeFileSync(join(directory, 'thesis.txt'), 'precious');
    const before = readFileSync(join(directory, MARK));
    expect(prepare).toThrow(expect.objectContaining({ code: 'data_dir_refused' }));
    expect(names()).toEqual([MARK, 'thesis.txt']);
    expect(readFileSync(join(directory, MARK))).toEqual(before);
  });

  it.each<[what: string, damage: (path: string) => void]>([
    ['is no database', (path) => writeFileSync(path, 'no database'.repeat(1_000))],
    ['lost its end', (path) => truncateSync(path, 8_192)],
    ['has a page of zeros', (path) => writeFileSync(path, Buffer.alloc(4_096), { flag: 'r+' })],
    ['has pages of zeros behind a sound first one', (path) => zeroAfterFirstPage(path)],
  ])('a cloud.sqlite that %s is refused with what to do, and nothing is deleted', (_, damage) => {
    fill();
    damage(join(directory, MARK));
    expect(prepare).toThrow(
      expect.objectContaining({
        code: 'data_dir_damaged',
        message: expect.stringContaining(`Delete the directory ${directory}`),
      }),
    );
    expect(names()).toEqual([...FILES, MARK, 's3'].sort());
  });
});

function zeroAfterFirstPage(path: string): void {
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0, 4_096));
}
