import { setTimeout as sleep } from 'node:timers/promises';
import type { PeerApi } from '../products/peer-api.ts';
import { PeerFault } from '../products/peer-http.ts';

/** What it cost to find lost orders. */
export interface Found {
  /** Lost orders that were found. */
  readonly found: number;
  readonly lost: number;
  /** Orders among which they were. */
  readonly among: number;
  readonly requests: number;
  /** Total size of the answers. */
  readonly bytes: number;
}

/** The orders of a run from the receiver's view. */
export interface HeldOrders {
  /** Accepted and delivered. */
  readonly all: readonly string[];
  /** The part of them that the receiver lost. */
  readonly lost: ReadonlySet<string>;
}

/** A list may lag behind what was accepted. */
const LAG_MS = 90_000;
const PAUSE_MS = 2_000;
const MAX_PAGES = 10_000;

/**
 * Pages through a peer's list, as a receiver must that compares its own records with those of the service: a list has
 * no digests. Lists again while stored messages are still missing from the list, and counts the last time only.
 *
 * @throws PeerFault if the list is still incomplete after {@link LAG_MS}, or does not end
 */
export async function findByListing(
  name: string,
  list: PeerApi['list'],
  { all, lost }: HeldOrders,
): Promise<Found> {
  for (const deadline = Date.now() + LAG_MS; ; await sleep(PAUSE_MS)) {
    const listed = await listAll(name, list);
    const absent = all.filter((id) => !listed.ids.has(id)).length;
    if (absent === 0) {
      const found = [...lost].filter((id) => listed.ids.has(id)).length;
      return { found, lost: lost.size, among: all.length, requests: listed.requests, bytes: listed.bytes };
    }
    if (Date.now() > deadline) {
      throw new PeerFault(
        `${name} does not list ${absent} of ${all.length} messages ${LAG_MS / 1000} s after the last.`,
      );
    }
  }
}

interface Listed {
  readonly ids: ReadonlySet<string>;
  readonly requests: number;
  readonly bytes: number;
}

async function listAll(name: string, list: PeerApi['list']): Promise<Listed> {
  const ids = new Set<string>();
  let bytes = 0;
  let cursor: string | undefined;
  for (let requests = 1; requests <= MAX_PAGES; requests += 1) {
    const page = await list(cursor);
    for (const id of page.ids) ids.add(id);
    bytes += page.bytes;
    if (page.next === undefined) return { ids, requests, bytes };
    cursor = page.next;
  }
  throw new PeerFault(`${name} gives a list of more than ${MAX_PAGES} pages.`);
}

/** The same for another number of orders: a list grows with them. */
export function scaledListing(
  { bytes, among }: Found,
  { orders, pageSize }: Scale,
): Pick<Found, 'requests' | 'bytes'> {
  return { requests: Math.ceil(orders / pageSize), bytes: Math.round((bytes / among) * orders) };
}

interface Scale {
  readonly orders: number;
  readonly pageSize: number;
}
