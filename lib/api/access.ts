import { type Caller, permits } from '../core/merchants/keys/access-keys.ts';
import { type MerchantId, merchantIdSchema } from '../core/model.ts';
import type { Operation } from './contract/operation.ts';

/** Means "no merchant": a key for all merchants, on a request about no particular merchant. */
const NO_MERCHANT = '' as MerchantId;

/** The merchant that the request is about. Undefined if the key may not make this request. */
export function merchantOf(operation: Operation, caller: Caller, params: unknown): MerchantId | undefined {
  if (operation.scopes.length === 0) return NO_MERCHANT;
  if (operation.merchant === 'path') {
    const merchantId = merchantIdSchema().parse((params as { readonly merchantId: unknown }).merchantId);
    return permits(caller, operation.scopes, merchantId) ? merchantId : undefined;
  }
  if (!permits(caller, operation.scopes)) return undefined;
  // Requests about no particular merchant need a key that belongs to none.
  if (operation.merchant === 'none') return caller.merchantId === undefined ? NO_MERCHANT : undefined;
  if (operation.merchant === 'any') return caller.merchantId ?? NO_MERCHANT;
  return caller.merchantId;
}
