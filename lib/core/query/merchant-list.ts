import { takeFromPartitions } from '../feed/partition-pages.ts';
import type { Profile } from '../merchants/merchant-config.ts';
import type { MerchantId } from '../model.ts';

/** Lists the merchants for operators, in the order of their ids. */

/** Maximum number of merchants on one page. Their profiles are read in one request. */
export const MAX_MERCHANTS_PAGE = 100;

interface MerchantRange {
  /** Only ids that begin with this. Empty: all. */
  readonly prefix: string;
  /** Only ids after this one. */
  readonly after?: MerchantId;
}

interface PartitionQuery extends MerchantRange {
  /** Which partition of the directory. */
  readonly partition: number;
  readonly limit: number;
  /** From the previous page of this partition. */
  readonly cursor?: string;
}

export interface MerchantList {
  /** One page of the ids of a partition, sorted, strongly consistent. */
  ids(query: PartitionQuery): Promise<{ readonly keys: readonly MerchantId[]; readonly cursor?: string }>;
  /** The profiles in the order of the ids, strongly consistent. `unreadable`: reported to operators. */
  profiles(ids: readonly MerchantId[]): Promise<readonly (Profile | 'unreadable' | undefined)[]>;
}

interface MerchantPage {
  readonly profiles: readonly Profile[];
  /** Merchants on this page whose profiles cannot be read. They do not hide the others. */
  readonly unreadable: readonly MerchantId[];
  /** The id after which the next page begins. Absent: this is the last page. */
  readonly next?: MerchantId;
}

/** One page of merchants. Costs one small read for each partition of the directory, and one for the profiles. */
export async function listMerchants(
  { merchantList }: { readonly merchantList: MerchantList },
  asked: MerchantRange & { readonly limit: number },
): Promise<MerchantPage> {
  const { limit, ...range } = asked;
  const { keys, next } = await takeFromPartitions<MerchantId>({
    limit,
    orderOf: (merchantId) => merchantId,
    read: (place) => merchantList.ids({ ...range, ...place }),
  });
  const found = await merchantList.profiles(keys);
  return {
    profiles: found.filter((one) => one !== undefined && one !== 'unreadable'),
    unreadable: keys.filter((_, index) => found[index] === 'unreadable'),
    ...(next !== undefined && { next }),
  };
}
