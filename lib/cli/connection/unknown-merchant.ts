import type { JsonObject } from '../../protocol/json/json-values.ts';
import { CommandFailure } from '../command-line/exit-status.ts';

const OF_MERCHANT = /^\/v1\/(?:merchants|unresolved)\/([^/]+)\/./;

/**
 * The failure, or that the merchant does not exist if that is why: nothing is known of a merchant whose id was mistyped.
 *
 * @param path of the request that failed: `/v1/merchants/shop-7/transactions/pay_1`
 * @param read reads a path. If it fails otherwise, the failure stays
 */
export async function withUnknownMerchant(
  failure: CommandFailure,
  path: string,
  read: (path: string) => Promise<JsonObject>,
): Promise<CommandFailure> {
  const [, merchantId] = OF_MERCHANT.exec(path) ?? [];
  if (merchantId === undefined || !/^unknown_(?!merchant)/.test(failure.code)) return failure;
  try {
    await read(`/v1/merchants/${merchantId}`);
    return failure;
  } catch (error) {
    return error instanceof CommandFailure && error.code === 'unknown_merchant' ? error : failure;
  }
}
