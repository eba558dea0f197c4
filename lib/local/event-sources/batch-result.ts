import { isObject } from '../template/json-object.ts';

/** The records of a batch that the function could not process. */
export type BatchResult =
  | { readonly kind: 'success' }
  | { readonly kind: 'partial'; readonly failed: ReadonlySet<string> }
  /** The answer is invalid; Lambda then treats the whole batch as failed. */
  | { readonly kind: 'malformed'; readonly reason: string };

/**
 * Reads the answer of a function with ReportBatchItemFailures, by the rules of the Lambda developer guide
 * ("Implementing partial batch responses"). No answer, `{}`, and an empty or null list mean success. An entry without
 * an identifier, with an empty one, or with one that is not in the batch fails the whole batch.
 */
export function readBatchResult(answer: unknown, identifiers: ReadonlySet<string>): BatchResult {
  if (answer === null || answer === undefined) return { kind: 'success' };
  if (!isObject(answer)) return { kind: 'malformed', reason: 'the answer is not an object' };
  const failures = answer.batchItemFailures;
  if (failures === null || failures === undefined) return { kind: 'success' };
  if (!Array.isArray(failures)) return { kind: 'malformed', reason: 'batchItemFailures is not a list' };
  const failed = new Set<string>();
  for (const failure of failures) {
    const identifier = isObject(failure) ? failure.itemIdentifier : undefined;
    if (typeof identifier !== 'string' || !identifiers.has(identifier)) {
      return {
        kind: 'malformed',
        reason: `itemIdentifier ${JSON.stringify(identifier)} is not in this batch`,
      };
    }
    failed.add(identifier);
  }
  return failed.size === 0 ? { kind: 'success' } : { kind: 'partial', failed };
}
