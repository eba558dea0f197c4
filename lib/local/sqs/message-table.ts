import type { State } from '../storage/state.ts';
import type { MessageAttribute, StoredMessage } from './message-line.ts';

/** Queue attributes as SQS names them; numbers are strings. */
export type QueueAttributes = Readonly<Record<string, string>>;

interface StoredQueue {
  readonly name: string;
  readonly attributes: QueueAttributes;
  readonly createdAt: number;
}

/** Stores queues and messages in SQLite. */
export interface MessageTable {
  queues(): readonly StoredQueue[];
  saveQueue(queue: StoredQueue): void;
  /** Iterates over all messages with their queue names, oldest first. */
  messages(): Iterable<readonly [string, StoredMessage]>;
  insert(queueName: string, message: Omit<StoredMessage, 'sequence'>): StoredMessage;
  /** Saves the mutable fields of a message: its queue, visibility and receives. */
  update(queueName: string, message: StoredMessage): void;
  delete(message: StoredMessage): void;
}

/** Opens the queue and message tables in the cloud's database. */
export function openMessageTable({ database }: State): MessageTable {
  const selectQueues = database.prepare('SELECT * FROM queue');
  const saveQueue = database.prepare(
    'INSERT OR REPLACE INTO queue (name, attributes, created_at) VALUES (?, ?, ?)',
  );
  const selectMessages = database.prepare('SELECT * FROM message ORDER BY sequence');
  const insert = database.prepare(
    `INSERT INTO message
       (message_id, queue, body, attributes, group_id, trace_header, sent_at, visible_at, receive_count)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)`,
  );
  const update = database.prepare(
    `UPDATE message SET queue = ?, visible_at = ?, receive_count = ?, first_received_at = ?, receipt = ?
     WHERE sequence = ?`,
  );
  const remove = database.prepare('DELETE FROM message WHERE sequence = ?');
  return {
    queues: () =>
      selectQueues.all().map((row) => ({
        name: String(row.name),
        attributes: JSON.parse(String(row.attributes)) as QueueAttributes,
        createdAt: Number(row.created_at),
      })),
    saveQueue: ({ name, attributes, createdAt }) => {
      saveQueue.run(name, JSON.stringify(attributes), createdAt);
    },
    messages: () => selectMessages.all().map((row) => [String(row.queue), readMessage(row)] as const),
    insert: (queueName, message) => {
      const { lastInsertRowid } = insert.run(
        message.messageId,
        queueName,
        message.body,
        JSON.stringify(message.attributes),
        message.groupId ?? null,
        message.traceHeader ?? null,
        message.sentAt,
        message.visibleAt,
      );
      return { ...message, sequence: Number(lastInsertRowid) };
    },
    update: (queueName, message) => {
      update.run(
        queueName,
        message.visibleAt,
        message.receiveCount,
        message.firstReceivedAt ?? null,
        message.receipt ?? null,
        message.sequence,
      );
    },
    delete: ({ sequence }) => {
      remove.run(sequence);
    },
  };
}

function readMessage(row: Readonly<Record<string, unknown>>): StoredMessage {
  return {
    sequence: Number(row.sequence),
    messageId: String(row.message_id),
    body: String(row.body),
    attributes: JSON.parse(String(row.attributes)) as Record<string, MessageAttribute>,
    groupId: row.group_id === null ? undefined : String(row.group_id),
    traceHeader: row.trace_header === null ? undefined : String(row.trace_header),
    sentAt: Number(row.sent_at),
    visibleAt: Number(row.visible_at),
    receiveCount: Number(row.receive_count),
    firstReceivedAt: row.first_received_at === null ? undefined : Number(row.first_received_at),
    receipt: row.receipt === null ? undefined : String(row.receipt),
    place: 'ready',
  };
}
