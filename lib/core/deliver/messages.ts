import type { DeliveryLane } from '../events.ts';
import { type MessagePorts, processMessage, type QueueMessage } from '../runtime/queue-message.ts';
import { type DeliverPorts, deliver } from './deliver.ts';
import { notificationMessageSchema } from './state/notification.ts';

/** Handles a message of the first or the retry lane: one delivery attempt. */
export function handleMessage(
  ports: DeliverPorts & MessagePorts,
  queued: QueueMessage & { readonly lane: DeliveryLane },
): Promise<void> {
  const { lane, receivedTimes } = queued;
  return processMessage(ports, queued, {
    schema: notificationMessageSchema(),
    malformed: 'not_a_notification_message',
    hopeless: 'unknown_outcome',
    work: (message) => deliver(ports, { message, lane, receivedTimes }),
  });
}
