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

it('a start that is refused otherwise says why, and one that broke says where', () => {
  expect(startFailureText(new LocalCloudError('synthesis_failed', 'No.'))).toBe('No. (synthesis_failed)');
  expect(startFailureText(new Error('broken'))).toMatch(/broken\n +at /);
});
