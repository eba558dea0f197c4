import * as z from 'zod';
import { MAX_JSON_BYTES } from '../../protocol/json/json-limits.ts';
import { merchantIdSchema, outcomeContentSchema, transactionIdSchema } from '../model.ts';
import { parseJsonParts, refusalIn } from '../reading/json.ts';
import { onFirstUse, type Parsed } from '../reading/on-first-use.ts';
import type { DeadLetters } from '../runtime/queue-message.ts';
import { type RecordPorts, type RecordResult, recordOutcome } from './record.ts';

/** Recording from a queue: the initiator sends an outcome and does not wait for the result. */

export interface IntakePorts extends RecordPorts {
  readonly deadLetters: DeadLetters;
  /** AWS accounts whose events are accepted, and the merchants that each may record for; `*`: all merchants. */
  readonly recorders: Readonly<Record<string, readonly string[]>>;
}

const itemSchema = onFirstUse(() =>
  z.strictObject({
    merchantId: merchantIdSchema(),
    transactionId: transactionIdSchema(),
    ...outcomeContentSchema().shape,
  }),
);

/** The EventBridge envelope of an event. EventBridge itself sets `account`: the account that put the event. */
const eventSchema = onFirstUse(() =>
  z.object({ 'detail-type': z.string(), account: z.string(), detail: z.unknown() }),
);
/** Depth of `detail` in an event. The detail has the same size limit as an outcome sent without an envelope. */
const DETAIL_DEPTH = 1;

/**
 * Records one message: an outcome in batch form plus `merchantId`, or an event with that as its detail. If it returns, the
 * queue deletes the message; if it throws, the message comes back. A message that can never be recorded, a conflict
 * included, goes to the dead-letter queue with the reason.
 */
export async function recordFromQueue(
  ports: IntakePorts,
  { messageId, body }: { readonly messageId: string; readonly body: string },
): Promise<void> {
  const read = readMessage(ports, body);
  const refused = 'reason' in read ? read.reason : refusalOf(await record(ports, read.item));
  if (refused === undefined) return;
  // Report before the message is moved: if the process dies in between, the refusal is reported twice, not lost.
  ports.reporter.report({ event: 'intake_refused', messageId, reason: refused });
  await ports.deadLetters.add({ body, reason: refused });
}

function record(ports: IntakePorts, item: Parsed<typeof itemSchema>): Promise<RecordResult> {
  const { merchantId, transactionId, ...content } = item;
  return recordOutcome(ports, { merchantId, transactionId }, content);
}

type ReadMessage = { readonly item: Parsed<typeof itemSchema> } | { readonly reason: string };

function readMessage({ recorders }: IntakePorts, body: string): ReadMessage {
  const json = parseJsonParts(body, { items: { depth: DETAIL_DEPTH, maxBytes: MAX_JSON_BYTES } });
  if (!json.ok) return { reason: json.code };
  const event = eventSchema().safeParse(json.value);
  if (!event.success && Buffer.byteLength(body) > MAX_JSON_BYTES) return { reason: 'body_too_large' };
  const input = event.success ? event.data.detail : json.value;
  const refusal = refusalIn(input);
  if (refusal !== undefined) return { reason: `${refusal.code} ${refusal.pointer}`.trim() };
  const parsed = itemSchema().safeParse(input);
  if (!parsed.success) return { reason: fieldsOf(parsed.error) };
  // A message without an envelope was sent to the queue directly. IAM permits that to this account only.
  const merchants = event.success ? merchantsOf(recorders, event.data.account) : ['*'];
  const isPermitted = merchants.includes('*') || merchants.includes(parsed.data.merchantId);
  return isPermitted ? { item: parsed.data } : { reason: 'account_without_scope' };
}

function merchantsOf(recorders: IntakePorts['recorders'], account: string): readonly string[] {
  return Object.hasOwn(recorders, account) ? (recorders[account] ?? []) : [];
}

/** Maximum number of fields that one reason names. */
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
      return `outcome_conflict: ${result.current.status} is recorded as version ${result.current.version}, with another ${result.fields.join(', ')}`;
    case 'mismatch':
      return `outcome_mismatch: ${result.fields.join(', ')}`;
    case 'refused':
      return `${result.code} ${result.pointer}`;
    case 'unknown_merchant':
    case 'merchant_erased':
      return result.kind;
  }
}
