import { expect, it } from 'vitest';
import { eventually } from './eventually.ts';

/** No patience: fails at the first look that shows the same as the look before. */
const NONE = { standstillMs: 0 };

it('waits for as long as something moves', async () => {
  let looks = 0;
  const seen = await eventually(
    () => {
      looks += 1;
      return looks;
    },
    (count) => expect(count).toBe(5),
    NONE,
  );
  expect(seen).toBe(5);
});

it('fails as the last look did, where nothing moves', async () => {
  await expect(
    eventually(
      () => 'still',
      (seen) => expect(seen).toBe('done'),
      NONE,
    ),
  ).rejects.toThrow("expected 'still' to be 'done'");
});

it('does not count another order of the same values as a change', async () => {
  let looks = 0;
  const look = () => {
    looks += 1;
    return looks % 2 === 0 ? { a: [{ x: 1, y: 2 }], b: 2 } : { b: 2, a: [{ y: 2, x: 1 }] };
  };
  await expect(eventually(look, ({ b }) => expect(b).toBe(3), NONE)).rejects.toThrow('expected 2 to be 3');
});

it('treats a look that fails as one without a result', async () => {
  let looks = 0;
  const look = () => {
    looks += 1;
    if (looks < 5) throw new Error(`no connection, ${looks}`);
    return 'there';
  };
  expect(await eventually(look, (seen) => expect(seen).toBe('there'), NONE)).toBe('there');
});
