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
 * can never be processed goes to the dead-letter queue at once, with the reason, and holds up no other message.
 */
export async function processMessage<Message>(
  ports: MessagePorts,
  { messageId, body }: QueueMessage,
  how: MessageKind<Message>,
): Promise<void> {
  const parsed = parseMessage(body, how);
  if (parsed.kind === 'malformed') {
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

function parseMessage<Message>(
  body: string,
  { schema, malformed }: Pick<MessageKind<Message>, 'schema' | 'malformed'>,
):
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'malformed'; readonly reason: string } {
  const json = parseJson(body);
  if (!json.ok) return { kind: 'malformed', reason: json.code };
  const parsed = schema.safeParse(json.value);
  if (parsed.success) return { kind: 'message', message: parsed.data };
  const fields = parsed.error.issues.map(({ path }) => `/${path.join('/')}`).join(' ');
  return { kind: 'malformed', reason: `${malformed} ${fields}`.slice(0, 200) };
}
