import { Fault, isUnreadable } from '../../faults.ts';
import {
  merchantIdSchema,
  type TransactionKey,
  transactionIdSchema,
  type Version,
  versionSchema,
} from '../../model.ts';
import { type RelayPorts, relay } from '../relay.ts';
import type { ParkedRecord, ParkedRecords } from './parked-list.ts';

export type PutBack =
  | { readonly kind: 'relayed' }
  /** It stays parked. */
  | { readonly kind: 'left'; readonly reason: string };

export interface PutBackPorts extends Omit<RelayPorts, 'parking' | 'erasures' | 'rows'> {
  readonly parked: Pick<ParkedRecords, 'remove'>;
}

/** Matches only the record's own key: ids cannot contain these characters, and JSON escapes the quotes in other text. */
const KEY_OF_RECORD = /"pk":\{"S":"T#([\w-]+)#([\w:-]+)"\}/;
const VERSION_OF_RECORD = /"sk":\{"S":"V#000([12])"\}/;

/** The key of a parked record's outcome; undefined if the record is not an outcome. */
export function keyOfParked({
  payload,
}: Pick<ParkedRecord, 'payload'>): (TransactionKey & { readonly version: Version }) | undefined {
  const [, owner, id] = KEY_OF_RECORD.exec(payload) ?? [];
  const [, digit] = VERSION_OF_RECORD.exec(payload) ?? [];
  const merchantId = merchantIdSchema().safeParse(owner).data;
  const transactionId = transactionIdSchema().safeParse(id).data;
  const version = versionSchema().safeParse(Number(digit)).data;
  if (merchantId === undefined || transactionId === undefined || version === undefined) return undefined;
  return { merchantId, transactionId, version };
}

/**
 * Relays a parked record again. The outcome is read again, because it may have been repaired, and is relayed like any
 * stream record. The parked row is removed after the queues accepted the messages. If the process dies before that, the
 * messages are sent again; the fence lets only one of them act, even if the audit has created the notification meanwhile.
 *
 * @throws Fault if the table or a queue is unavailable; the record stays parked, and the call can be repeated
 */
export async function putBack(ports: PutBackPorts, parked: ParkedRecord): Promise<PutBack> {
  const key = keyOfParked(parked);
  if (key === undefined) return { kind: 'left', reason: 'not_an_outcome: the record has no outcome key' };
  const refused: string[] = [];
  try {
    const outcome = await ports.outcomes.read(key);
    if (outcome === undefined) return { kind: 'left', reason: 'not_found: the outcome is not in the table' };
    const { recordId, payload } = parked;
    const parking = { park: async ({ reason }: { readonly reason: string }) => void refused.push(reason) };
    const dispatcher = readingFirst(ports.dispatcher);
    await relay({ ...ports, ...DELETES_NOTHING, parking, dispatcher }, [
      { kind: 'outcome', recordId, outcome, payload },
    ]);
  } catch (error) {
    // A row that is still broken leaves its own record where it is, and lets the others of a page go back.
    if (error instanceof Fault && !isUnreadable(error)) throw error;
    refused.push(`unreadable: ${String(error).replaceAll(/\s+/g, ' ')}`);
  }
  const [reason] = refused;
  if (reason !== undefined) return { kind: 'left', reason };
  await ports.parked.remove(parked);
  return { kind: 'relayed' };
}

/** An operator's request deletes no rows of an erased merchant: that is for the job, and for the stream. */
const DELETES_NOTHING: Pick<RelayPorts, 'erasures' | 'rows'> = {
  erasures: { read: async () => undefined },
  rows: { removeTransaction: async () => 0 },
};

/**
 * Sends first-lane messages to the retry lane. A record that is put back may already be delivered, through the audit or an
 * earlier try. The first lane makes the request before it reads the notification; the retry lane reads first.
 */
function readingFirst(dispatcher: RelayPorts['dispatcher']): RelayPorts['dispatcher'] {
  return {
    ...dispatcher,
    // Both lanes carry the same message type, but the generic parameter cannot express that. Hence the cast.
    sendNow: (lane, messages) =>
      dispatcher.sendNow(lane === 'first' ? ('retry' as typeof lane) : lane, messages),
  };
}
