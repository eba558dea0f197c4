import type { MerchantId } from '../../model.ts';
import { isoTime, msOf, SECOND_MS } from '../../time.ts';
import type { MerchantStore } from '../merchant-store.ts';
import { auditedBefore, quietFromMs } from './erasure.ts';
import type { ErasureStore } from './erasure-store.ts';
import type { Tombstone } from './tombstone.ts';

export interface ErasureProgressPorts {
  readonly merchants: Pick<MerchantStore, 'read' | 'tombstone'>;
  readonly erasures: Pick<ErasureStore, 'read'>;
  readonly feedLagSeconds: number;
  readonly windowSeconds: number;
  readonly auditAfterSeconds: number;
}

/** How far an erased merchant's rows and files are deleted. */
interface ErasureProgress {
  readonly merchantId: MerchantId;
  readonly state: 'waiting' | 'deleting' | 'erased';
  readonly erasedAt: string;
  /** The deletion begins after this, once the windows up to the erasure are audited. */
  readonly startsNotBefore: string;
  readonly deleted: { readonly rows: number; readonly files: number };
  readonly beganAt?: string;
  readonly endedAt?: string;
}

export type ErasureAnswer =
  | { readonly kind: 'erasure'; readonly progress: ErasureProgress }
  /** The merchant is there, or there is none. */
  | { readonly kind: 'not_erased' | 'unknown_merchant' };

export async function erasureProgress(
  ports: ErasureProgressPorts,
  merchantId: MerchantId,
): Promise<ErasureAnswer> {
  const tombstone = await ports.merchants.tombstone(merchantId);
  if (tombstone === undefined) {
    const config = await ports.merchants.read(merchantId);
    return { kind: config === undefined ? 'unknown_merchant' : 'not_erased' };
  }
  const { erasedAt } = tombstone;
  const stored = await ports.erasures.read(merchantId);
  const { state = 'waiting', rows = 0, files = 0, beganAt, endedAt } = stored ?? {};
  const progress: ErasureProgress = {
    merchantId,
    state,
    erasedAt,
    startsNotBefore: startsNotBefore(ports, tombstone),
    deleted: { rows, files },
    ...(beganAt !== undefined && { beganAt }),
    ...(endedAt !== undefined && { endedAt }),
  };
  return { kind: 'erasure', progress };
}

/** The window in which the mark must stand ends, is closed a feed lag later, and audited after that. */
function startsNotBefore(ports: ErasureProgressPorts, tombstone: Tombstone): string {
  const windowMs = ports.windowSeconds * SECOND_MS;
  const endMs = Math.ceil(msOf(auditedBefore(tombstone, ports)) / windowMs) * windowMs;
  const auditedMs = endMs + (ports.feedLagSeconds + ports.auditAfterSeconds) * SECOND_MS;
  return isoTime(Math.max(auditedMs, quietFromMs(tombstone)));
}
