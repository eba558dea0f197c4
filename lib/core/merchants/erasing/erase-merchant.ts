import type { EndpointId, MerchantId } from '../../model.ts';
import { changeUnderRev, OVERTAKEN } from '../../runtime/change-under-rev.ts';
import type { Clock } from '../../runtime/environment.ts';
import { isoTime } from '../../time.ts';
import type { AuditTrail } from '../audit-log/audit-trail.ts';
import { isLive } from '../endpoints.ts';
import type { KeyStore } from '../keys/access-keys.ts';
import type { MerchantConfig } from '../merchant-config.ts';
import type { MerchantStore } from '../merchant-store.ts';
import { type Tombstone, tombstoneOf } from './tombstone.ts';

/**
 * Erases a merchant for good: in one write, a tombstone replaces its profile and its endpoints are deleted, with all secrets.
 * Then its keys are removed. From the tombstone on, every
 * reader of the profile finds no merchant: nothing is recorded, sent, closed, audited or answered any more.
 */

export interface ErasePorts {
  readonly trail: AuditTrail;
  readonly merchants: Pick<MerchantStore, 'read' | 'tombstone' | 'erase'>;
  readonly keys: Pick<KeyStore, 'list' | 'remove'>;
  readonly clock: Clock;
}

/** What a caller must have seen before it erases. */
interface Erasable {
  /** What the repeated request must name. */
  readonly merchantId: MerchantId;
  readonly name: string;
  readonly endpoints: number;
  readonly createdAt: string;
}

export type EraseResult =
  | { readonly kind: 'erased'; readonly tombstone: Tombstone }
  /** Nothing was changed. The request must be repeated with the merchant's id as `confirm`. */
  | { readonly kind: 'unconfirmed'; readonly erasable: Erasable }
  | { readonly kind: 'unknown_merchant' };

/** Endpoints that one transaction deletes, of a hundred items at most. A merchant has fewer that are not deleted. */
const MAX_DELETED = 90;
/** Keys that one page holds. An owner has at most as many that work. */
const KEYS_PAGE = 100;
/** Pages read at most: see `make-key.ts`. */
const MAX_PAGES = 10;

/**
 * Repeating the request changes nothing more, with or without `confirm`; if the process died after the tombstone, it
 * removes the keys that are left.
 *
 * @param confirm must be the merchant's id
 */
export async function eraseMerchant(
  ports: ErasePorts,
  { merchantId, confirm }: { readonly merchantId: MerchantId; readonly confirm: string | undefined },
): Promise<EraseResult> {
  const entry = ports.trail.entry({ action: 'merchant.erased', merchantId });
  const result = await changeUnderRev<EraseResult>('The merchant', async () => {
    const config = await ports.merchants.read(merchantId);
    if (config === undefined) {
      const there = await ports.merchants.tombstone(merchantId);
      return there === undefined ? { kind: 'unknown_merchant' } : { kind: 'erased', tombstone: there };
    }
    if (confirm !== merchantId) return { kind: 'unconfirmed', erasable: erasableOf(config) };
    const tombstone = tombstoneOf(config.profile, isoTime(ports.clock.now()));
    const endpointIds = deletedWith(config);
    const isWritten = await ports.merchants.erase(tombstone, config.profile.rev, { endpointIds, entry });
    return isWritten ? { kind: 'erased', tombstone } : OVERTAKEN;
  });
  // If the process dies here, the keys open nothing: no request finds their merchant.
  if (result.kind === 'erased') await removeKeys(ports, merchantId);
  return result;
}

/** Also endpoints that were deleted lately, which hold a URL for two days more. Beyond the bound, they expire by themselves. */
function deletedWith({ endpoints }: MerchantConfig): readonly EndpointId[] {
  const liveFirst = [...endpoints.filter(isLive), ...endpoints.filter((one) => !isLive(one))];
  return liveFirst.slice(0, MAX_DELETED).map(({ endpointId }) => endpointId);
}

function erasableOf({ profile, endpoints }: MerchantConfig): Erasable {
  const { merchantId, name, createdAt } = profile;
  return { merchantId, name, endpoints: endpoints.filter(isLive).length, createdAt };
}

async function removeKeys({ keys, trail }: ErasePorts, merchantId: MerchantId): Promise<void> {
  let after: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = await keys.list({
      owner: merchantId,
      limit: KEYS_PAGE,
      ...(after !== undefined && { after }),
    });
    for (const { keyId } of page.keys) {
      await keys.remove(keyId, merchantId, trail.entry({ action: 'key.revoked', merchantId, keyId }));
    }
    after = page.keys.at(-1)?.keyId;
    if (!page.more) break;
  }
}
