import { describe, expect, it } from 'vitest';
import { operations } from '../../../lib/api/contract/operations.ts';

const isMatch = (path: string, sent: string) => {
  const [template, parts] = [path.split('/'), sent.split('/')];
  return (
    template.length === parts.length &&
    template.every((segment, index) => segment.startsWith('{') || segment === parts[index])
  );
};

describe('the operations', () => {
  it('leave no doubt which one a request means, also where one function serves all of them', () => {
    for (const { method, path, operationId } of operations) {
      const meant = operations.filter(
        (other) => other.method === method && (isMatch(other.path, path) || isMatch(path, other.path)),
      );
      expect(meant.map((one) => one.operationId)).toEqual([operationId]);
    }
  });
});
