import { checkMessageSchema } from '../record/pending-check.ts';
import { type MessagePorts, processMessage, type QueueMessage } from '../runtime/queue-message.ts';
import { type CheckingPorts, check } from './check.ts';

/** Handles a message of the check lane: asks the initiator once. */
export function handleCheckMessage(ports: CheckingPorts & MessagePorts, queued: QueueMessage): Promise<void> {
  const { receivedTimes } = queued;
  return processMessage(ports, queued, {
    schema: checkMessageSchema(),
    malformed: 'not_a_check_message',
    hopeless: 'unknown_check',
    work: (message) => check(ports, { message, receivedTimes }),
  });
}
