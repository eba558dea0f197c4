import { listNotifications } from '../../../api/notifications/undelivered-contract.ts';
import { boundedMap } from '../../../protocol/runtime/bounded-map.ts';
import { ApiProblem } from '../../asking/api-problem.ts';
import type { ConsoleApi } from '../../asking/console-api.ts';
import { hrefOf } from '../../site/paths.ts';

/** The states of notifications that need somebody. */
export const TROUBLES = ['exhausted', 'blocked'] as const;
export type Trouble = (typeof TROUBLES)[number];

/** The list of merchants that have such notifications. */
export const merchantsWith = (state: Trouble) => hrefOf('/merchants', {}, { state });

/** Requests at a time. Each reads one row of an index. */
const AT_ONCE = 8;

/**
 * Of these merchants, those that have a notification in this state. The API lists notifications of one merchant at a time, so
 * this asks for each: only for one page of merchants.
 */
export async function affected<Merchant extends { readonly merchantId: string }>(
  api: ConsoleApi,
  merchants: readonly Merchant[],
  state: Trouble,
): Promise<readonly Merchant[]> {
  const found = await boundedMap(merchants, AT_ONCE, async (merchant) =>
    (await isAffected(api, merchant.merchantId, state)) ? [merchant] : [],
  );
  return found.flat();
}

async function isAffected(api: ConsoleApi, merchantId: string, state: Trouble): Promise<boolean> {
  try {
    const { items, hasMore } = await api.ask(listNotifications, { merchantId, query: { state, limit: '1' } });
    return items.length > 0 || hasMore;
  } catch (error) {
    // Erased since it was listed, or busy: a merchant that may be affected is shown, and its own list says whether it is.
    if (error instanceof ApiProblem && error.code === 'unknown_merchant') return false;
    if (error instanceof ApiProblem && error.code === 'too_many_queries') return true;
    throw error;
  }
}
