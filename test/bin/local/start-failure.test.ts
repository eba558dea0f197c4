import { mkdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startFailureText } from '../../../bin/local/start-failure.ts';
import { LocalCloudError } from '../../../lib/local/errors.ts';

it.each([
  ['port_in_use', '--port 0'],
  ['data_dir_in_use', '--data-dir .tidings-2'],
] as const)('a start that is refused with %s says which option helps', (code, option) => {
  const text = startFailureText(new LocalCloudError(code, 'It is in use.'));
  expect(text.split('\n')).toEqual([`It is in use. (${code})`, expect.stringContaining(option)]);
});

it('a start that may not write says where, and what helps', () => {
  const path = '/proc/version/data';
  const failed = expectThrown(() => mkdirSync(path));
  expect(startFailureText(failed)).toBe(
    `ENOTDIR: not a directory, mkdir '${path}' (ENOTDIR)\n` +
      'Make room or give the right to write there, or choose another directory: npm start -- --data-dir DIR',
  );
});

it.each([13, 3850])('a start that SQLite refuses to write for says what helps: %d', (errcode) => {
  const full = Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode });
  expect(startFailureText(full)).toMatch(/^database or disk is full \(ERR_SQLITE_ERROR\)\nMake room/);
});

function expectThrown(run: () => void): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('It did not throw.');
}

it('a start that is refused otherwise says why, and one that broke says where', () => {
  expect(startFailureText(new LocalCloudError('synthesis_failed', 'No.'))).toBe('No. (synthesis_failed)');
  expect(startFailureText(new Error('broken'))).toMatch(/broken\n +at /);
});
