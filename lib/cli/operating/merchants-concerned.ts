import { isObject, type JsonObject } from '../../protocol/json/json-values.ts';
import { boundedMap } from '../../protocol/runtime/bounded-map.ts';
import type { Service } from '../connection/service.ts';

/**
 * Whose callbacks were given up or blocked. The overview of the whole service has only their number, so the overviews of the
 * merchants are asked until their numbers add up to it.
 */

/** Merchants whose overviews are asked at most, so that a page stays a page with ten thousand of them. */
export const MAX_ASKED = 24;
const AT_ONCE = 4;

const CONCERNS = ['exhausted', 'blocked'] as const;
export type Concern = (typeof CONCERNS)[number];

export interface Concerned {
  readonly merchantId: string;
  readonly counts: Readonly<Record<Concern, number>>;
}

/** @returns the merchants that were found: all of them if their numbers add up to those of the overview */
export async function merchantsConcerned(
  service: Pick<Service, 'ask' | 'pages'>,
  overview: JsonObject,
): Promise<readonly Concerned[]> {
  const total = countsOf(overview);
  const found: Concerned[] = [];
  const isComplete = () => CONCERNS.every((concern) => sumOf(found, concern) >= total[concern]);
  if (isComplete()) return [];
  const ids = await firstMerchants(service);
  for (let at = 0; at < ids.length && !isComplete(); at += AT_ONCE) {
    const asked = await boundedMap(ids.slice(at, at + AT_ONCE), AT_ONCE, async (merchantId) => ({
      merchantId,
      counts: countsOf(
        await service.ask({ method: 'GET', path: '/v1/overview', parameters: { merchantId } }),
      ),
    }));
    found.push(...asked.filter(({ counts }) => CONCERNS.some((concern) => counts[concern] > 0)));
  }
  return found;
}

/** How many of the concerned merchants' callbacks there are. */
export function sumOf(found: readonly Concerned[], concern: Concern): number {
  return found.reduce((sum, { counts }) => sum + counts[concern], 0);
}

async function firstMerchants({ pages }: Pick<Service, 'pages'>): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const rows of pages({ path: '/v1/merchants', field: 'items', limit: MAX_ASKED })) {
    ids.push(...rows.map(({ merchantId }) => String(merchantId)));
  }
  return ids;
}

function countsOf({ attention }: JsonObject): Concerned['counts'] {
  const seen = isObject(attention) ? attention : {};
  const count = (concern: Concern) => (typeof seen[concern] === 'number' ? seen[concern] : 0);
  return { exhausted: count('exhausted'), blocked: count('blocked') };
}
