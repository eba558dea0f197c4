import { type Authentication, type Caller, permits } from '../core/merchants/keys/access-keys.ts';
import { type MerchantId, merchantIdSchema } from '../core/model.ts';
import { type Answer, type Operation, problem } from './contract/operation.ts';
import { addressForAdmins } from './contract/operation-address.ts';

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

type OfMerchant = Operation['merchant'];

/** How the key must fit the merchant that a request is about, beside its scope. */
const OWNERS: Readonly<Record<OfMerchant, string>> = {
  path: 'that belongs to this merchant or to none',
  key: 'that belongs to a merchant',
  none: 'that belongs to no merchant',
  any: '',
};

/** The key that an operation needs, for a caller whose key may not make it. */
export function keyFor(operation: Operation): string {
  const { scopes, merchant } = operation;
  const key = `Use a key of scope ${scopes.join(' or ')} ${OWNERS[merchant]}`.trim();
  // The form for admins says of itself, too, that it is for admins.
  const forAdmins = merchant === 'key' ? addressForAdmins(operation) : undefined;
  return forAdmins === undefined ? `${key}.` : `${key}, or as admin the path ${forAdmins.path}.`;
}

/** The answer to a merchant's key whose query names another merchant. */
export const OTHER_MERCHANT: Answer = problem('insufficient_scope', {
  detail: 'The key belongs to a merchant: name that one, or leave merchantId out.',
});

/** The answer to a request without a valid key. The form of a key is no secret; nothing else is said about keys. */
export function refusedKey(refusal: Extract<Authentication, { kind: 'refused' }>): Answer {
  if (!('isNoKey' in refusal)) return problem(refusal.code);
  return problem(refusal.code, {
    detail: 'The header authorization must be Bearer, a space, and a key: tk_<keyId>_<secret>.',
  });
}
