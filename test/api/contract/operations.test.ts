import { describe, expect, it } from 'vitest';
import { operations } from '../../../lib/api/contract/operations.ts';

/** Whether some request may mean either path: in each place the segments are equal, or one of them is a parameter. */
const isAmbiguous = (one: string, other: string) => {
  const [segments, others] = [one.split('/'), other.split('/')];
  return (
    segments.length === others.length &&
    segments.every(
      (segment, index) =>
        segment === others[index] || segment.startsWith('{') || others[index]?.startsWith('{'),
    )
  );
};

describe('the operations', () => {
  it('leave no doubt which one a request means, also where one function serves all of them', () => {
    for (const { method, path, operationId } of operations) {
      const meant = operations.filter((other) => other.method === method && isAmbiguous(other.path, path));
      expect(meant.map((one) => one.operationId)).toEqual([operationId]);
    }
  });
});
