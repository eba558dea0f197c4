import type { FeedRefusal } from '../core/query/feed-page.ts';
import { type Answer, problem } from './contract/operation.ts';

/** The problem for a refused range or cursor of a list in the order of the feed. */
export function feedProblem({ code, field, oldest, watermark }: FeedRefusal): Answer {
  return problem(code, {
    asOf: watermark,
    errors: [{ pointer: `/query/${field}`, code }],
    ...(oldest !== undefined && { extra: { oldest } }),
  });
}
