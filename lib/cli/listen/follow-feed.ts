import { filterMatches } from '../../protocol/event-names.ts';
import { waitMs } from '../../protocol/http/repeating.ts';
import { isObject, type JsonObject } from '../../protocol/json/json-values.ts';
import { systemPauses } from '../../receiver/pauses.ts';
import { CommandFailure, EXIT } from '../command-line/exit-status.ts';
import type { Service } from '../connection/service.ts';
import { type Forwarded, forward, type Receiver } from './forwarding.ts';
import type { ListenerFile, ListenerState } from './listener-file.ts';
import { readAhead } from './read-ahead.ts';

/** Follows the feed and forwards each outcome, in order. Nothing is skipped: what is not accepted stops the line. */

export interface Following {
  readonly service: Service;
  readonly receiver: Receiver;
  readonly file: ListenerFile;
  readonly state: ListenerState;
  readonly types: readonly string[];
  /** Ends at the end of the feed instead of waiting for more. */
  readonly isOnce: boolean;
  readonly onNews: (news: ListenNews) => void;
}

export type ListenNews =
  | ({ readonly event: 'forwarded'; readonly isAgain: boolean } & Forwarded)
  | { readonly event: 'waiting'; readonly forMs: number; readonly why: string }
  /** Callbacks that were sent again could not be read. They are asked for again. */
  | { readonly event: 'refused'; readonly why: string }
  | { readonly event: 'idle'; readonly watermark: string };

/** How often the end of the feed is asked for more. */
const POLL_MS = 1_000;
const PAGE = '100';
/** Transactions that are read before their turn. One after the other, each would take the time of a request. */
const AHEAD = 8;
/** How often deliveries are asked for callbacks that somebody sends again. */
const RESENDS_MS = 10_000;
const RESENDS_WITHIN_MS = 3_600_000;
/** A busy merchant's hour takes many requests: looking takes at most a twentieth of the time. */
const RESENDS_SHARE = 20;

export async function followFeed(following: Following): Promise<void> {
  const { service, state, isOnce, onNews, receiver } = following;
  const path = await service.pathOfMerchant('/transactions');
  const { signal, now } = receiver;
  const resends = createResends(following);
  let { cursor } = state;
  let accepted = [...state.accepted];
  for (let failures = 0; !signal.aborted; ) {
    let page: JsonObject;
    try {
      const parameters = { limit: PAGE, ...(cursor === undefined ? { from: state.from } : { cursor }) };
      page = await service.ask({ method: 'GET', path, parameters });
      failures = 0;
    } catch (error) {
      if (isOnce || !(error instanceof CommandFailure) || error.status !== EXIT.unreachable) throw error;
      failures += 1;
      await pause({ failures, why: error.message, following });
      continue;
    }
    const items = Array.isArray(page.items) ? page.items.filter(isObject) : [];
    const open = items.filter((item) => !accepted.includes(keyOf(item)));
    const wanted = open.filter((item) => isWanted(item, following.types));
    const early = readAhead(wanted, AHEAD, (item) => askFor(following, item));
    for (const item of open) {
      if (signal.aborted) return;
      if (wanted.includes(item)) {
        await forwardUntilAccepted(
          following,
          (await early(item)) ?? (await readTransaction(following, item)),
        );
      }
      if (signal.aborted) return;
      accepted.push(keyOf(item));
      following.file.write({ ...state, cursor, accepted });
    }
    const next = String(page.nextCursor);
    if (next !== cursor) {
      // First the place, then the memory of what was accepted before it: a death between the two repeats, and skips nothing.
      cursor = next;
      accepted = [];
      following.file.write({ ...state, cursor, accepted });
    }
    if (page.hasMore === true) continue;
    onNews({ event: 'idle', watermark: String(page.watermark) });
    if (isOnce) return;
    await resends.forwardThem(now());
    await systemPauses.sleep(POLL_MS, signal).catch(() => undefined);
  }
}

const keyOf = ({ transactionId, version }: JsonObject) => `${String(transactionId)} ${String(version)}`;

function isWanted({ transactionType, status }: JsonObject, types: readonly string[]): boolean {
  const type = `${String(transactionType)}.${String(status).toLowerCase()}`;
  return types.length === 0 || types.some((filter) => filterMatches(filter, type));
}

/** An outcome never changes, so it is read once for all tries. */
async function forwardUntilAccepted(
  following: Following,
  transaction: JsonObject,
  { isAgain = false }: { readonly isAgain?: boolean } = {},
): Promise<void> {
  const { receiver, onNews, isOnce } = following;
  for (let failures = 0; !receiver.signal.aborted; ) {
    const forwarded = await forward(transaction, receiver);
    onNews({ event: 'forwarded', isAgain: isAgain || failures > 0, ...forwarded });
    if (forwarded.isAccepted) return;
    failures += 1;
    if (isOnce) {
      throw new CommandFailure(EXIT.failed, 'not_accepted', `The receiver answered ${forwarded.answer}.`, {
        hint: 'Correct it, and call the command again: it goes on with this callback.',
      });
    }
    await pause({ failures, why: `the receiver answered ${forwarded.answer}`, following });
  }
}

async function askFor({ service }: Following, { transactionId }: JsonObject): Promise<JsonObject> {
  const path = await service.pathOfMerchant(`/transactions/${String(transactionId)}`);
  return service.ask({ method: 'GET', path });
}

async function readTransaction(following: Following, item: JsonObject): Promise<JsonObject> {
  const { receiver, onNews } = following;
  for (let failures = 1; ; failures += 1) {
    try {
      return await askFor(following, item);
    } catch (error) {
      if (!(error instanceof CommandFailure) || error.status !== EXIT.unreachable) throw error;
      const forMs = waitMs({ failures: Math.min(failures, 8) }, systemPauses);
      onNews({ event: 'waiting', forMs, why: error.message });
      await systemPauses.sleep(forMs, receiver.signal);
    }
  }
}

interface Pause {
  readonly failures: number;
  readonly why: string;
  readonly following: Following;
}

async function pause({ failures, why, following: { onNews, receiver } }: Pause): Promise<void> {
  const forMs = waitMs({ failures: Math.min(failures, 8) }, systemPauses);
  onNews({ event: 'waiting', forMs, why });
  await systemPauses.sleep(forMs, receiver.signal).catch(() => undefined);
}

/** Callbacks that somebody sent again since the listener started: they come once more, until they are accepted. */
function createResends(following: Following) {
  const { receiver, onNews, types } = following;
  const startedMs = receiver.now();
  const startedAt = new Date(startedMs).toISOString();
  const accepted = new Set<string>();
  // Nothing was sent again since the start yet: to look at once would only delay the next look.
  let nextMs = startedMs + RESENDS_MS;

  /** The feed goes on after a refusal, and so do other resends. The next look tries again. */
  const toldIfRefused = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      onNews({ event: 'refused', why: error.message });
    }
  };
  const look = async (nowMs: number) => {
    const found = await resentItems(following, nowMs);
    const endedMs = receiver.now();
    // The time that the receiver takes does not count.
    nextMs = endedMs + Math.max(RESENDS_MS, (endedMs - nowMs) * RESENDS_SHARE);
    for (const item of found) {
      const at = lastResendOf(item);
      const key = `${String(item.transactionId)} ${at}`;
      if (at === undefined || at < startedAt || accepted.has(key) || !isWanted(item, types)) continue;
      await toldIfRefused(async () => {
        await forwardUntilAccepted(following, await readTransaction(following, item), { isAgain: true });
        accepted.add(key);
      });
      if (receiver.signal.aborted) return;
    }
  };
  return {
    async forwardThem(nowMs: number): Promise<void> {
      if (nowMs < nextMs) return;
      nextMs = nowMs + RESENDS_MS;
      await toldIfRefused(() => look(nowMs));
    },
  };
}

/** All deliveries of the last hour: which of them were sent again is only known when they are read. */
async function resentItems({ service }: Following, nowMs: number): Promise<readonly JsonObject[]> {
  const path = await service.pathOfMerchant('/deliveries');
  const from = new Date(nowMs - RESENDS_WITHIN_MS).toISOString();
  const found: JsonObject[] = [];
  for await (const items of service.pages({ path, field: 'items', parameters: { from, limit: PAGE } })) {
    found.push(...items.filter((item) => lastResendOf(item) !== undefined));
  }
  return found;
}

function lastResendOf({ notifications }: JsonObject): string | undefined {
  const times = (Array.isArray(notifications) ? notifications.filter(isObject) : [])
    .map(({ lastRequest }) => lastRequest)
    .filter(isObject)
    .filter(({ action }) => action === 'redeliver')
    .map(({ at }) => String(at));
  return times.sort().at(-1);
}
