import { Fault } from '../faults.ts';
import {
  merchantIdSchema,
  type TransactionKey,
  transactionIdSchema,
  type Version,
  versionSchema,
} from '../model.ts';
import { type RelayPorts, relay } from './relay.ts';

/** A record of the stream that could not be relayed. */
export interface ParkedRecord {
  readonly recordId: string;
  readonly parkedAt: string;
  readonly reason: string;
  /** The record as the stream gave it; its end may be cut off. */
  readonly payload: string;
}

/** What was kept aside, by days of UTC (`2026-11-20`), and the way to take a record out of there. */
export interface ParkedRecords {
  /** Those of the days, day by day, the newest first. */
  list(days: readonly string[]): AsyncIterable<ParkedRecord>;
  find(recordId: string, days: readonly string[]): Promise<ParkedRecord | undefined>;
  remove(record: ParkedRecord): Promise<void>;
}

export type PutBack =
  | { readonly kind: 'relayed' }
  /** It stays parked. */
  | { readonly kind: 'left'; readonly reason: string };

export interface PutBackPorts extends RelayPorts {
  readonly parked: Pick<ParkedRecords, 'remove'>;
}

/** Ids hold none of these characters, and text of others is escaped: only the record's own key reads so. */
const KEY_OF_RECORD = /"pk":\{"S":"T#([\w-]+)#([\w:-]+)"\}/;
const VERSION_OF_RECORD = /"sk":\{"S":"V#000([12])"\}/;

/** Whose outcome a parked record is; undefined where it is none. */
export function keyOfParked({
  payload,
}: Pick<ParkedRecord, 'payload'>): (TransactionKey & { readonly version: Version }) | undefined {
  const [, owner, id] = KEY_OF_RECORD.exec(payload) ?? [];
  const [, digit] = VERSION_OF_RECORD.exec(payload) ?? [];
  const merchantId = merchantIdSchema.safeParse(owner).data;
  const transactionId = transactionIdSchema.safeParse(id).data;
  const version = versionSchema.safeParse(Number(digit)).data;
  if (merchantId === undefined || transactionId === undefined || version === undefined) return undefined;
  return { merchantId, transactionId, version };
}

/**
 * Relays a parked record again: its outcome is read anew, since it may have been mended, and goes the way of every record
 * of the stream. The parked row goes after its messages were handed over. Dying before repeats them, and by the fence one
 * of them acts, also where the audit has made the notification meanwhile.
 *
 * @throws Fault where the table or a queue is away: the record stays, and putting it back is repeated
 */
export async function putBack(ports: PutBackPorts, parked: ParkedRecord): Promise<PutBack> {
  const key = keyOfParked(parked);
  if (key === undefined) return { kind: 'left', reason: 'not_an_outcome: the record has no key of one' };
  const refused: string[] = [];
  try {
    const outcome = await ports.outcomes.read(key);
    if (outcome === undefined) return { kind: 'left', reason: 'not_found: the outcome is not in the table' };
    const { recordId, payload } = parked;
    const parking = { park: async ({ reason }: { readonly reason: string }) => void refused.push(reason) };
    const dispatcher = readingFirst(ports.dispatcher);
    await relay({ ...ports, parking, dispatcher }, [{ kind: 'outcome', recordId, outcome, payload }]);
  } catch (error) {
    if (error instanceof Fault) throw error;
    refused.push(`unreadable: ${String(error).replaceAll(/\s+/g, ' ')}`);
  }
  const [reason] = refused;
  if (reason !== undefined) return { kind: 'left', reason };
  await ports.parked.remove(parked);
  return { kind: 'relayed' };
}

/**
 * What is put back may have been delivered already, by the audit's doing or by an earlier try. In the first lane a message
 * makes its request before it finds that out; in the lane of what waits it looks first.
 */
function readingFirst(dispatcher: RelayPorts['dispatcher']): RelayPorts['dispatcher'] {
  return {
    ...dispatcher,
    // Both lanes carry the same messages, which the type of one lane cannot say of another.
    sendNow: (lane, messages) =>
      dispatcher.sendNow(lane === 'first' ? ('retry' as typeof lane) : lane, messages),
  };
}
