import type * as z from 'zod';
import { Fault } from '../faults.ts';
import { parseJson } from '../reading/json.ts';
import type { Reporter } from './environment.ts';

/** A message as the queue delivers it. */
export interface QueueMessage {
  readonly messageId: string;
  readonly body: string;
  readonly receivedTimes: number;
}

/** The dead-letter queue: messages that can never be processed, for operators to inspect. */
export interface DeadLetters {
  add(message: { readonly body: string; readonly reason: string }): Promise<void>;
}

/**
 * Receives of a message that this version cannot read before it becomes a dead letter. One fewer than the queues allow,
 * so that it becomes one here, with the reason. The pauses before it add up to 17 to 21 minutes: longer than a deployment.
 */
export const RECEIVES_OF_UNKNOWN = 8;

export interface MessagePorts {
  readonly deadLetters: DeadLetters;
  readonly reporter: Reporter;
}

/** How messages of one kind are parsed and processed. */
interface MessageKind<Message> {
  readonly schema: z.ZodType<Message>;
  readonly malformed: string;
  /** Code of the fault that waiting cannot cure. After any other (AWS refusals included) the message comes back. */
  readonly hopeless: string;
  readonly work: (message: Message) => Promise<void>;
}

/**
 * Processes one message. If it returns, the queue deletes the message; if it throws, the message comes back. A message that
 * can never be processed goes to the dead-letter queue at once, with the reason, and holds up no other message. One that a
 * newer version may have sent comes back first: while functions are updated, an old instance can receive it.
 */
export async function processMessage<Message>(
  ports: MessagePorts,
  { messageId, body, receivedTimes }: QueueMessage,
  how: MessageKind<Message>,
): Promise<void> {
  const parsed = parseMessage(body, how);
  if (parsed.kind === 'unknown' && receivedTimes < RECEIVES_OF_UNKNOWN) {
    ports.reporter.report({ event: 'message_failed', messageId, reason: parsed.reason });
    throw unknownMessageFault(parsed.reason);
  }
  if (parsed.kind !== 'message') {
    ports.reporter.report({ event: 'message_malformed', messageId, reason: parsed.reason });
    return ports.deadLetters.add({ body, reason: parsed.reason });
  }
  try {
    await how.work(parsed.message);
  } catch (error) {
    const reason = error instanceof Fault ? error.code : String(error);
    ports.reporter.report({ event: 'message_failed', messageId, reason });
    if (!(error instanceof Fault && error.code === how.hopeless)) throw error;
    await ports.deadLetters.add({ body, reason });
  }
}

type ParsedMessage<Message> =
  | { readonly kind: 'message'; readonly message: Message }
  /** No version sends it: it is not a JSON object, or not one that can be kept exactly. */
  | { readonly kind: 'malformed'; readonly reason: string }
  /** A JSON object that this version does not know. A newer version may. */
  | { readonly kind: 'unknown'; readonly reason: string };

function parseMessage<Message>(
  body: string,
  { schema, malformed }: Pick<MessageKind<Message>, 'schema' | 'malformed'>,
): ParsedMessage<Message> {
  const json = parseJson(body);
  if (!json.ok) return { kind: 'malformed', reason: json.code };
  const parsed = schema.safeParse(json.value);
  if (parsed.success) return { kind: 'message', message: parsed.data };
  const fields = parsed.error.issues.map(({ path }) => `/${path.join('/')}`).join(' ');
  const isObject = typeof json.value === 'object' && json.value !== null && !Array.isArray(json.value);
  return { kind: isObject ? 'unknown' : 'malformed', reason: `${malformed} ${fields}`.slice(0, 200) };
}

function unknownMessageFault(reason: string): Fault {
  return new Fault({
    code: 'unknown_message',
    message: `This version cannot read the message: ${reason}. A newer one may.`,
    retryable: true,
  });
}
