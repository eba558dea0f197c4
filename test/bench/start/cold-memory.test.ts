import { expect, test } from 'vitest';
import { coldMemoryWarning } from '../../../bench/start/cold-memory.ts';

test.each([0.01, 2])('accepts a page that takes %f µs after a rest', (pageMicros) => {
  expect(coldMemoryWarning(pageMicros)).toBeUndefined();
});

test('warns of a machine where a page takes long after a rest', () => {
  expect(coldMemoryWarning(23.4)).toContain('takes 23 µs to read');
});
