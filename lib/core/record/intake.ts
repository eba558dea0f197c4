import * as z from 'zod';
import { MAX_JSON_BYTES } from '../../protocol/json/json-limits.ts';
import type { DeadLetters } from '../deliver/messages.ts';
import { parseJsonParts, refusalIn } from '../json.ts';
import { merchantIdSchema, outcomeContentSchema, transactionIdSchema } from '../model.ts';
import { type RecordPorts, type RecordResult, recordOutcome } from './record.ts';

/** Recording from a queue: the initiator hands an outcome over and does not wait for the answer. */

export interface IntakePorts extends RecordPorts {
  readonly deadLetters: DeadLetters;
  /** Accounts whose events are taken, and the merchants for which each may speak; `*` for all. */
  readonly recorders: Readonly<Record<string, readonly string[]>>;
}

const itemSchema = z.strictObject({
  merchantId: merchantIdSchema,
  transactionId: transactionIdSchema,
  ...outcomeContentSchema.shape,
});

/** What EventBridge puts around an event; `account` is its own statement of who put it. */
const eventSchema = z.object({ 'detail-type': z.string(), account: z.string(), detail: z.unknown() });
/** Where the detail stands in an event. It is bounded as an outcome is that comes alone. */
const DETAIL_DEPTH = 1;

/**
 * Records one message: an outcome as it stands in a batch, with its `merchantId`, or an event with that as its detail.
 * Returning lets the message go; throwing brings it back. What can never be recorded, a conflict among it, goes to the
 * dead letters with the reason.
 */
export async function takeIn(
  ports: IntakePorts,
  { messageId, body }: { readonly messageId: string; readonly body: string },
): Promise<void> {
  const read = readMessage(ports, body);
  const refused = 'reason' in read ? read.reason : refusalOf(await record(ports, read.item));
  if (refused === undefined) return;
  // Told before it is put away: dying between the two tells it twice.
  ports.reporter.report({ event: 'intake_refused', messageId, reason: refused });
  await ports.deadLetters.add({ body, reason: refused });
}

function record(ports: IntakePorts, item: z.infer<typeof itemSchema>): Promise<RecordResult> {
  const { merchantId, transactionId, ...content } = item;
  return recordOutcome(ports, { merchantId, transactionId }, content);
}

type ReadMessage = { readonly item: z.infer<typeof itemSchema> } | { readonly reason: string };

function readMessage({ recorders }: IntakePorts, body: string): ReadMessage {
  const json = parseJsonParts(body, { items: { depth: DETAIL_DEPTH, maxBytes: MAX_JSON_BYTES } });
  if (!json.ok) return { reason: json.code };
  const event = eventSchema.safeParse(json.value);
  if (!event.success && Buffer.byteLength(body) > MAX_JSON_BYTES) return { reason: 'body_too_large' };
  const input = event.success ? event.data.detail : json.value;
  const refusal = refusalIn(input);
  if (refusal !== undefined) return { reason: `${refusal.code} ${refusal.pointer}`.trim() };
  const parsed = itemSchema.safeParse(input);
  if (!parsed.success) return { reason: fieldsOf(parsed.error) };
  // What comes without an event around it was sent to the queue itself, which IAM permits to this account alone.
  const merchants = event.success ? merchantsOf(recorders, event.data.account) : ['*'];
  const isPermitted = merchants.includes('*') || merchants.includes(parsed.data.merchantId);
  return isPermitted ? { item: parsed.data } : { reason: 'account_without_scope' };
}

function merchantsOf(recorders: IntakePorts['recorders'], account: string): readonly string[] {
  return Object.hasOwn(recorders, account) ? (recorders[account] ?? []) : [];
}

/** Fields that one reason names at most. */
const MAX_FIELDS = 5;

function fieldsOf({ issues }: z.ZodError): string {
  const fields = issues.map(({ path, message }) => `${message} /${path.join('/')}`);
  return `invalid_outcome: ${fields.slice(0, MAX_FIELDS).join(', ')}`.slice(0, 200);
}

function refusalOf(result: RecordResult): string | undefined {
  switch (result.kind) {
    case 'created':
    case 'unchanged':
      return undefined;
    case 'conflict':
      return `outcome_conflict: ${result.current.status} stands as version ${result.current.version}`;
    case 'mismatch':
      return `outcome_mismatch: ${result.fields.join(', ')}`;
    case 'refused':
      return `${result.code} ${result.pointer}`;
    case 'unknown_merchant':
      return result.kind;
  }
}
