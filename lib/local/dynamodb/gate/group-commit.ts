import { Client } from 'undici';

/** A write that was judged and waits for its turn at the emulator. */
export interface PendingWrite {
  /** The action's name in a transaction. */
  readonly action: string;
  /** The request's body, which is also the action's. */
  readonly body: Buffer;
  /** Identifies the item. */
  readonly item: string;
  /** All of the request except its values. */
  readonly shape: string;
  /** The caller has disconnected. */
  readonly isGone: boolean;
  /** Passes the request on as it came. `GroupCommit.ended` follows when it was answered or its connection broke. */
  sendAlone(): void;
  /** Tells the caller that its item was written. */
  confirm(): void;
  /** Breaks the caller's connection: nobody knows whether the item was written. */
  abandon(): void;
}

/** Lets writes that arrive beside each other share one transaction. */
export interface GroupCommit {
  /** Sends a write: at once if none is under way, otherwise when that one has been answered. */
  submit(write: PendingWrite): void;
  /** A write that was sent alone has been answered, or its connection broke. */
  ended(write: PendingWrite, isSuccess: boolean): void;
  stop(): Promise<void>;
}

/** DynamoDB's limit for a transaction. */
const MAX_ACTIONS = 100;
/** A quarter of DynamoDB's limit for the items of a transaction. */
const MAX_BYTES = 1024 * 1024;
const MAX_UNDER_WAY = 1;
/** Shapes that are remembered. A service has some dozens. */
const MAX_SHAPES = 1_000;

/**
 * Writes to dynoxide are serial, each with an `fsync` of its own. Those that wait for one under way become one
 * transaction, with one `fsync` for all. If the transaction is refused, the writes to blame are sent alone, so each caller gets
 * the answer that it would have had. No caller gets an answer before dynoxide has committed its write.
 *
 * @param onCommit called when a transaction was committed, before its callers are answered
 */
export function openGroupCommit(endpoint: string, onCommit: () => void): GroupCommit {
  // A write is never given up: nobody would know whether it was carried out.
  const connection = new Client(endpoint, { headersTimeout: 0, bodyTimeout: 0 });
  /** Shapes of writes that succeeded alone. */
  const accepted = new Set<string>();
  let waiting: readonly PendingWrite[] = [];
  let underWay = 0;

  function sendAlone(write: PendingWrite): void {
    underWay += 1;
    write.sendAlone();
  }

  function next(): void {
    if (underWay >= MAX_UNDER_WAY) return;
    const { group, later } = firstGroup(waiting);
    waiting = later;
    const [only] = group;
    if (group.length > 1) void commit(group);
    else if (only !== undefined) sendAlone(only);
  }

  async function commit(group: readonly PendingWrite[]): Promise<void> {
    underWay += 1;
    try {
      const failed = await transact(connection, group);
      if (failed.size === 0) {
        onCommit();
        for (const write of group) write.confirm();
        return;
      }
      const rest = group.filter((_, index) => !failed.has(index));
      waiting = [...rest, ...waiting];
      for (const [index, write] of group.entries()) if (failed.has(index) && !write.isGone) sendAlone(write);
    } catch {
      for (const write of group) write.abandon();
    } finally {
      underWay -= 1;
      next();
    }
  }

  return {
    submit: (write) => {
      if (underWay < MAX_UNDER_WAY || !accepted.has(write.shape)) sendAlone(write);
      else waiting = [...waiting, write];
    },
    ended: ({ shape }, isSuccess) => {
      if (accepted.size >= MAX_SHAPES) accepted.clear();
      if (isSuccess) accepted.add(shape);
      underWay -= 1;
      next();
    },
    stop: () => connection.destroy(),
  };
}

interface Grouping {
  readonly group: readonly PendingWrite[];
  readonly later: readonly PendingWrite[];
}

/** Splits off the writes that fit into one transaction. Those of the same item follow each other. */
function firstGroup(waiting: readonly PendingWrite[]): Grouping {
  const group: PendingWrite[] = [];
  const later: PendingWrite[] = [];
  const items = new Set<string>();
  let bytes = 0;
  for (const write of waiting) {
    if (write.isGone) continue;
    const fits = group.length < MAX_ACTIONS && bytes + write.body.length <= MAX_BYTES;
    if (!fits || items.has(write.item)) {
      later.push(write);
    } else {
      group.push(write);
      items.add(write.item);
      bytes += write.body.length;
    }
  }
  return { group, later };
}

const HEADERS = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-target': 'DynamoDB_20120810.TransactWriteItems',
  // Required, but not verified.
  'x-amz-date': '20260101T000000Z',
  authorization:
    'AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
};

/**
 * @returns the positions of the writes because of which nothing was written; none: all were written
 * @throws if the connection broke, so nobody knows
 */
async function transact(connection: Client, group: readonly PendingWrite[]): Promise<ReadonlySet<number>> {
  const { statusCode, body } = await connection.request({
    path: '/',
    method: 'POST',
    headers: HEADERS,
    body: transactionOf(group),
  });
  const text = await body.text();
  return statusCode === 200 ? new Set() : failuresOf(text, group.length);
}

/** Joins the bodies without reading them again. */
function transactionOf(group: readonly PendingWrite[]): Buffer {
  const parts = group.flatMap(({ action, body }, index) => [
    Buffer.from(`${index === 0 ? '{"TransactItems":[' : ','}{"${action}":`),
    body,
    Buffer.from('}'),
  ]);
  return Buffer.concat([...parts, Buffer.from(']}')]);
}

/** The actions to blame. All of them, if the answer does not say. */
function failuresOf(text: string, size: number): ReadonlySet<number> {
  const all = Array.from({ length: size }, (_, index) => index);
  const { CancellationReasons } = readAnswer(text);
  if (!Array.isArray(CancellationReasons) || CancellationReasons.length !== size) return new Set(all);
  const failed = all.filter((index) => codeOf(CancellationReasons[index]) !== 'None');
  return new Set(failed.length === 0 ? all : failed);
}

function readAnswer(text: string): { readonly CancellationReasons?: unknown } {
  try {
    return (JSON.parse(text) ?? {}) as object;
  } catch {
    return {};
  }
}

function codeOf(reason: unknown): unknown {
  return (reason as { readonly Code?: unknown } | null)?.Code;
}
