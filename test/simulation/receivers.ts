import { createHash, createHmac } from 'node:crypto';
import type { CallbackRequest, Exchange, Patience } from '../../lib/core/ports.ts';
import type { Dice } from './chaos.ts';
import type { VirtualTime } from './virtual-time.ts';

/** How a receiver behaves for a while. */
type Mood = 'up' | 'down' | 'stalls' | 'errors' | 'redirects' | 'lies' | 'forgets';
const MOODS: readonly Mood[] = ['up', 'up', 'down', 'stalls', 'errors', 'redirects', 'lies', 'forgets'];
const MIN_MOOD_MS = 20_000;
const MAX_MOOD_MS = 400_000;

/** A receiver of one URL: it checks every signature, and remembers what it said yes to. */
export class Receiver {
  /** By webhook id: callbacks that were answered 2xx, whether or not the answer arrived. */
  readonly accepted = new Map<string, number>();
  /** By webhook id: the digest of the body; a second body is a broken promise. */
  readonly bodies = new Map<string, string>();
  readonly broken: string[] = [];
  requests = 0;
  #mood: Mood = 'up';
  readonly #dice: Dice;
  readonly #time: VirtualTime;
  readonly #secret: () => string;
  readonly #isStormy: () => boolean;
  readonly #isForEverDown: boolean;
  readonly #demandsBody: boolean;

  constructor(options: {
    readonly dice: Dice;
    readonly time: VirtualTime;
    readonly secret: () => string;
    readonly isStormy: () => boolean;
    readonly isForEverDown: boolean;
    /** Whether the endpoint's `expectBody` is `success`: then a lie is no yes. */
    readonly demandsBody: boolean;
  }) {
    this.#dice = options.dice;
    this.#time = options.time;
    this.#secret = options.secret;
    this.#isStormy = options.isStormy;
    this.#isForEverDown = options.isForEverDown;
    this.#demandsBody = options.demandsBody;
    this.#change();
  }

  #change(): void {
    this.#mood = this.#isStormy() ? this.#dice.pick(MOODS) : 'up';
    if (!this.#isStormy()) return;
    this.#time.at(this.#time.now + this.#dice.between(MIN_MOOD_MS, MAX_MOOD_MS), () => this.#change());
  }

  async take(request: CallbackRequest, patience?: Patience): Promise<Exchange> {
    this.requests += 1;
    const mood = this.#isForEverDown ? 'down' : this.#isStormy() ? this.#mood : 'up';
    const durationMs = mood === 'stalls' ? request.timeoutMs : this.#dice.between(5, 400);
    if (patience !== undefined && patience.ms < durationMs) {
      await this.#time.sleep(patience.ms);
      patience.onExceeded();
      await this.#time.sleep(durationMs - patience.ms);
    } else await this.#time.sleep(durationMs);
    this.#check(request);
    switch (mood) {
      case 'down':
        return { kind: 'error', code: 'connection_failed', durationMs };
      case 'stalls':
        // It may have done its work and answered too late.
        if (this.#dice.chance(0.5)) this.#accept(request);
        return { kind: 'error', code: 'timeout', durationMs };
      case 'errors':
        return answered(this.#dice.pick([400, 404, 429, 500, 502, 503]), durationMs);
      case 'redirects':
        return answered(302, durationMs);
      case 'lies':
        if (!this.#demandsBody) this.#accept(request);
        return { ...answered(200, durationMs), body: 'fail' };
      case 'forgets':
        this.#accept(request);
        return { kind: 'error', code: 'connection_reset', durationMs };
      case 'up':
        this.#accept(request);
        return { ...answered(200, durationMs), body: 'success' };
    }
  }

  #accept({ headers }: CallbackRequest): void {
    const id = headers['webhook-id'] ?? '';
    this.accepted.set(id, (this.accepted.get(id) ?? 0) + 1);
  }

  /** Verified here without the service's code, as somebody else's receiver would. */
  #check({ headers, body }: CallbackRequest): void {
    const [id, timestamp] = [headers['webhook-id'] ?? '', headers['webhook-timestamp'] ?? ''];
    const key = Buffer.from(this.#secret().replace('whsec_', ''), 'base64');
    const expected = `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
    if (headers['webhook-signature'] !== expected) this.broken.push(`${id}: wrong signature`);
    const digest = createHash('sha256').update(body).digest('hex');
    if ((this.bodies.get(id) ?? digest) !== digest) this.broken.push(`${id}: another body`);
    this.bodies.set(id, digest);
  }
}

function answered(statusCode: number, durationMs: number) {
  return { kind: 'response', statusCode, body: '', durationMs } as const;
}
