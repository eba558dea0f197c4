/** A clock that jumps from event to event. A simulated day takes only as long as its events. */
export class VirtualTime {
  now: number;
  /** Number of events that were run. */
  steps = 0;
  #sequence = 0;
  readonly #heap: Event[] = [];

  constructor(startMs: number) {
    this.now = startMs;
  }

  at(ms: number, run: () => void): void {
    this.#sequence += 1;
    push(this.#heap, { atMs: Math.max(ms, this.now), sequence: this.#sequence, run });
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.at(this.now + ms, resolve));
  }

  /** Runs events in the order of their time until `isDone()` or `untilMs`. Returns whether `isDone()` was reached. */
  async run(isDone: () => boolean, untilMs: number): Promise<boolean> {
    while (!isDone()) {
      const next = this.#heap[0];
      if (next === undefined || next.atMs > untilMs) return isDone();
      pop(this.#heap);
      this.now = next.atMs;
      this.steps += 1;
      next.run();
      // All continuations of this event run to their next wait before the next event begins.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return true;
  }
}

interface Event {
  readonly atMs: number;
  readonly sequence: number;
  readonly run: () => void;
}

function isBefore(left: Event, right: Event): boolean {
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.sequence < right.sequence);
}

function push(heap: Event[], event: Event): void {
  let index = heap.length;
  heap.push(event);
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !isBefore(event, above)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = event;
}

function pop(heap: Event[]): Event | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    const [left, right] = [heap[child], heap[child + 1]];
    if (left === undefined) break;
    if (right !== undefined && isBefore(right, left)) child += 1;
    const smaller = heap[child];
    if (smaller === undefined || !isBefore(smaller, last)) break;
    heap[index] = smaller;
    index = child;
  }
  heap[index] = last;
  return first;
}
