import {
  listUnresolved,
  resolveByHand,
  type Unresolved,
  type UnresolvedPorts,
} from '../../core/check-back/unresolved.ts';
import { outcomeData } from '../../core/deliver/attempt/callback.ts';
import { SETTINGS_MAX_AGE_MS } from '../../core/deliver/attempt/target.ts';
import type { MerchantId } from '../../core/model.ts';
import { OTHER_MERCHANT } from '../access.ts';
import { acting } from '../acting.ts';
import { type Route, route } from '../api-app.ts';
import { answer, problem } from '../contract/operation.ts';
import { type PagedList, pageEnd, readCursor } from '../list-cursor.ts';
import { recorded } from '../transactions/record-routes.ts';
import {
  listUnresolvedTransactions,
  MAX_UNRESOLVED_PAGE,
  resolveTransaction,
} from './unresolved-contract.ts';

export function unresolvedRoutes(ports: UnresolvedPorts): readonly Route[] {
  return [
    route(listUnresolvedTransactions, async ({ caller, query }) => {
      const { merchantId: own } = caller;
      if (own !== undefined && query.merchantId !== undefined && own !== query.merchantId) {
        return OTHER_MERCHANT;
      }
      const merchantId = own ?? query.merchantId;
      // An empty list would say that nothing is wrong with a merchant whose id was mistyped.
      if (
        merchantId !== undefined &&
        (await ports.configs.get(merchantId, ports.clock.now() - SETTINGS_MAX_AGE_MS)) === undefined
      ) {
        return problem('unknown_merchant');
      }
      const list = unresolvedList(merchantId);
      const place = readCursor(list, query.cursor);
      if (place.kind === 'invalid') return place.problem;
      const { after } = place;
      const page = await listUnresolved(ports, {
        limit: query.limit ?? MAX_UNRESOLVED_PAGE,
        ...(merchantId !== undefined && { merchantId }),
        ...(after !== undefined && { after }),
      });
      const unreadable = page.unreadable.map(({ merchantId, transactionId }) => ({
        merchantId,
        transactionId,
      }));
      return answer(200, {
        items: page.items.map(view),
        ...(unreadable.length > 0 && { unreadable }),
        ...pageEnd(list, page.next),
      });
    }),

    route(resolveTransaction, async ({ caller, params, body }) => {
      const result = await resolveByHand(acting(ports, caller), params, body);
      if (result.kind === 'unknown_transaction' || result.kind === 'not_unresolved')
        return problem(result.kind);
      return recorded(result);
    }),
  ];
}

/** Characters of a position: ids, a time and separators. */
const ORDER_PATTERN = /^[A-Za-z0-9_:.#-]{1,256}$/;

/** A position in one merchant's list omits the merchant, so that admins and the merchant's own keys share cursors. */
function unresolvedList(merchantId: MerchantId | undefined): PagedList<string> {
  const whose = merchantId === undefined ? '' : `${merchantId}#`;
  return {
    name: 'unresolved',
    merchantId,
    textOf: (order) => order.slice(whose.length),
    positionOf: (text) => (ORDER_PATTERN.test(text) ? `${whose}${text}` : undefined),
  };
}

function view({ pending, check: { attempts, responseSnippet } }: Unresolved) {
  return { ...outcomeData(pending), attempts, ...(responseSnippet !== undefined && { responseSnippet }) };
}
