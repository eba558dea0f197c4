import { describe, expect, it } from 'vitest';
import { readBatchResult } from '../../../lib/local/event-sources/batch-result.ts';

describe('a batch result', () => {
  const identifiers = new Set(['a', 'b']);
  it.each<[unknown, string]>([
    [null, 'success'],
    [undefined, 'success'],
    [{}, 'success'],
    [{ batchItemFailures: null }, 'success'],
    [{ batchItemFailures: [] }, 'success'],
    [{ batchItemFailures: [{ itemIdentifier: 'a' }] }, 'partial'],
    [{ batchItemFailures: [{ itemIdentifier: '' }] }, 'malformed'],
    [{ batchItemFailures: [{ itemIdentifier: null }] }, 'malformed'],
    [{ batchItemFailures: [{ id: 'a' }] }, 'malformed'],
    [{ batchItemFailures: [{ itemIdentifier: 'stranger' }] }, 'malformed'],
    [{ batchItemFailures: 'a' }, 'malformed'],
    ['done', 'malformed'],
  ])('%j is %s', (answer, kind) => {
    expect(readBatchResult(answer, identifiers).kind).toBe(kind);
  });
});
