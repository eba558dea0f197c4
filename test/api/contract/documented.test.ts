import { expect, it } from 'vitest';
import { documented } from '../../../lib/api/contract/documented.ts';

it('a schema of the OpenAPI document is made when it is first asked for, and once', () => {
  let made = 0;
  const schema = documented(() => {
    made += 1;
    return { number: made };
  });
  expect(made).toBe(0);
  expect(schema()).toBe(schema());
  expect(made).toBe(1);
});
