import * as z from 'zod';
import {
  listUnresolved,
  resolveByHand,
  type Unresolved,
  type UnresolvedPorts,
} from '../../core/check-back/unresolved.ts';
import { outcomeData } from '../../core/deliver/attempt/callback.ts';
import { parseJson } from '../../core/json.ts';
import { PARTITIONS } from '../../core/partitions.ts';
import { type Route, route } from '../api-app.ts';
import { answer, problem } from '../operation.ts';
import { cursorOf, cursorText } from '../paging.ts';
import { recorded } from '../transactions/record-routes.ts';
import {
  listUnresolvedTransactions,
  MAX_UNRESOLVED_PAGE,
  resolveTransaction,
} from './unresolved-contract.ts';

const placeSchema = z
  .string()
  .transform((text) => {
    const json = parseJson(text);
    return json.ok ? json.value : undefined;
  })
  .pipe(
    z.strictObject({
      partition: z
        .int()
        .min(0)
        .max(PARTITIONS - 1),
      after: z.string().exactOptional(),
    }),
  );

export function unresolvedRoutes(ports: UnresolvedPorts): readonly Route[] {
  return [
    route(listUnresolvedTransactions, async ({ caller, query }) => {
      const place = cursorOf(query.cursor, placeSchema);
      if (place.kind === 'invalid') return place.problem;
      const { merchantId: own } = caller;
      if (own !== undefined && query.merchantId !== undefined && own !== query.merchantId) {
        return problem('insufficient_scope');
      }
      const merchantId = own ?? query.merchantId;
      const page = await listUnresolved(ports, {
        limit: query.limit ?? MAX_UNRESOLVED_PAGE,
        ...(merchantId !== undefined && { merchantId }),
        ...(place.after !== undefined && { cursor: place.after }),
      });
      return answer(200, {
        items: page.items.map(view),
        hasMore: page.cursor !== undefined,
        ...(page.cursor !== undefined && { nextCursor: cursorText(JSON.stringify(page.cursor)) }),
      });
    }),

    route(resolveTransaction, async ({ params, body }) => {
      const result = await resolveByHand(ports, params, body);
      if (result.kind === 'unknown_transaction' || result.kind === 'not_unresolved')
        return problem(result.kind);
      return recorded(result);
    }),
  ];
}

function view({ pending, check: { attempts, responseSnippet } }: Unresolved) {
  return { ...outcomeData(pending), attempts, ...(responseSnippet !== undefined && { responseSnippet }) };
}
