import { expect, it } from 'vitest';
import { giveWidth } from '../../../lib/cli/output/terminal.ts';

it.each([
  [0, 80],
  [132, 132],
  [undefined, undefined],
])('a terminal that reports %j columns has %j', (reported, used) => {
  const stream = { ...(reported !== undefined && { columns: reported }) };
  giveWidth(stream);
  expect(stream).toEqual(used === undefined ? {} : { columns: used });
});
