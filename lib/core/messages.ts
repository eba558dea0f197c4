import { type DeliverPorts, deliver } from './deliver.ts';
import type { Lane } from './events.ts';
import { Fault } from './faults.ts';
import { parseJson } from './json.ts';
import { type NotificationMessage, notificationMessageSchema } from './notification.ts';
import type { DeadLetters } from './ports.ts';

/** Faults that no wait mends. Whatever else AWS refuses may be mended, and the message comes back. */
const HOPELESS: ReadonlySet<string> = new Set(['unknown_outcome']);

/** A message as the queue hands it out. */
export interface QueueMessage {
  readonly messageId: string;
  readonly body: string;
  readonly receivedTimes: number;
  readonly lane: Lane;
}

/**
 * Works one message off. Returning lets it go; throwing brings it back. What can never be worked off goes to
 * the dead letters at once, with the reason, and holds up nobody.
 */
export async function handleMessage(
  ports: DeliverPorts & { readonly deadLetters: DeadLetters },
  queued: QueueMessage,
): Promise<void> {
  const { messageId, body, lane, receivedTimes } = queued;
  const parsed = parseMessage(body);
  if (parsed.kind === 'malformed') {
    ports.reporter.report({ event: 'message_malformed', messageId, reason: parsed.reason });
    return ports.deadLetters.add({ body, reason: parsed.reason });
  }
  try {
    await deliver(ports, { message: parsed.message, lane, receivedTimes });
  } catch (error) {
    const reason = error instanceof Fault ? error.code : String(error);
    ports.reporter.report({ event: 'message_failed', messageId, reason });
    if (!(error instanceof Fault && HOPELESS.has(error.code))) throw error;
    await ports.deadLetters.add({ body, reason });
  }
}

function parseMessage(
  body: string,
):
  | { readonly kind: 'message'; readonly message: NotificationMessage }
  | { readonly kind: 'malformed'; readonly reason: string } {
  const json = parseJson(body);
  if (!json.ok) return { kind: 'malformed', reason: json.code };
  const parsed = notificationMessageSchema.safeParse(json.value);
  if (parsed.success) return { kind: 'message', message: parsed.data };
  const fields = parsed.error.issues.map(({ path }) => `/${path.join('/')}`).join(' ');
  return { kind: 'malformed', reason: `not_a_notification_message ${fields}`.slice(0, 200) };
}
