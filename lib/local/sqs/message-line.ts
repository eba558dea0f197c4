/** A message as the queue stores it. Times are milliseconds since 1970. */
export interface StoredMessage {
  /** Row number: later messages have higher numbers. */
  readonly sequence: number;
  readonly messageId: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly groupId: string | undefined;
  /** The sender's trace header. */
  readonly traceHeader: string | undefined;
  readonly sentAt: number;
  visibleAt: number;
  receiveCount: number;
  firstReceivedAt: number | undefined;
  receipt: string | undefined;
  /** `ready`: visible; `hidden`: delayed or in flight; `gone`: deleted or moved. */
  place: 'ready' | 'hidden' | 'gone';
}

export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

interface HeapEntry {
  readonly at: number;
  readonly message: StoredMessage;
}

/**
 * The order in which a queue delivers its messages: **one message per group in turn**, the oldest of each group
 * first. For standard queues with group ids ("fair queues"), SQS promises that a tenant with a backlog does not delay
 * the others. AWS watches which tenants have too much in flight, which needs its fleet. Strict rotation is the
 * simplest order that keeps the same promise. Messages without a group form one group.
 */
export class MessageLine {
  /** Insertion order is the rotation: the first group is next, and moves to the end once served. */
  private readonly ready = new Map<string, StoredMessage[]>();
  private readonly hidden: HeapEntry[] = [];

  /** Adds a message as visible or hidden, by its `visibleAt`. */
  add(message: StoredMessage, now: number): void {
    if (message.visibleAt > now) {
      message.place = 'hidden';
      this.push({ at: message.visibleAt, message });
    } else {
      message.place = 'ready';
      const group = message.groupId ?? '';
      const line = this.ready.get(group);
      if (line === undefined) this.ready.set(group, [message]);
      else line.push(message);
    }
  }

  /** Removes and returns the next message, or `undefined` if none is visible. The caller must add it again or drop it. */
  take(now: number): StoredMessage | undefined {
    this.reveal(now);
    for (const [group, line] of this.ready) {
      this.ready.delete(group);
      const message = this.firstReady(line);
      if (line.length > 0) this.ready.set(group, line);
      if (message !== undefined) return message;
    }
    return undefined;
  }

  /** When the next hidden message becomes visible; `undefined` if none is hidden. */
  nextVisibleAt(): number | undefined {
    this.dropStale();
    return this.hidden[0]?.at;
  }

  hasReady(now: number): boolean {
    this.reveal(now);
    for (const [group, line] of this.ready) {
      if (line.some(({ place }) => place === 'ready')) return true;
      this.ready.delete(group);
    }
    return false;
  }

  private firstReady(line: StoredMessage[]): StoredMessage | undefined {
    // Few entries are stale: only a delete after the visibility timeout leaves one.
    for (let message = line.shift(); message !== undefined; message = line.shift()) {
      if (message.place === 'ready') return message;
    }
    return undefined;
  }

  private reveal(now: number): void {
    for (let at = this.nextVisibleAt(); at !== undefined && at <= now; at = this.nextVisibleAt()) {
      const entry = this.pop();
      if (entry !== undefined) this.add(entry.message, now);
    }
  }

  /** Drops stale entries: the message was deleted or moved, or its visibility changed. */
  private dropStale(): void {
    for (let top = this.hidden[0]; top !== undefined; top = this.hidden[0]) {
      if (top.message.place === 'hidden' && top.message.visibleAt === top.at) return;
      this.pop();
    }
  }

  private push(entry: HeapEntry): void {
    const heap = this.hidden;
    let child = heap.push(entry) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (at(heap, parent) <= entry.at) break;
      swap(heap, child, parent);
      child = parent;
    }
  }

  private pop(): HeapEntry | undefined {
    const heap = this.hidden;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    heap[0] = last;
    for (let parent = 0; ; ) {
      const left = 2 * parent + 1;
      const least = at(heap, left + 1) < at(heap, left) ? left + 1 : left;
      if (at(heap, least) >= at(heap, parent)) return top;
      swap(heap, parent, least);
      parent = least;
    }
  }
}

function at(heap: readonly HeapEntry[], index: number): number {
  return heap[index]?.at ?? Number.POSITIVE_INFINITY;
}

function swap(heap: HeapEntry[], left: number, right: number): void {
  const [a, b] = [heap[left], heap[right]];
  if (a === undefined || b === undefined) return;
  heap[left] = b;
  heap[right] = a;
}
