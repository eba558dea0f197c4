import { createHash, createHmac } from 'node:crypto';
import type { CallbackRequest, Exchange, Patience } from '../../../lib/core/deliver/attempt/sender.ts';
import type { MerchantId } from '../../../lib/core/model.ts';
import { type AlertEvent, isAlertFilter } from '../../../lib/protocol/alerts.ts';
import { CALLER_KILLED } from '../storm/chaos.ts';
import type { Dice } from '../storm/dice.ts';
import type { VirtualTime } from '../storm/virtual-time.ts';
import type { Shop } from './simulated-shops.ts';

/** The behaviour of a receiver for a period. */
type Mood = 'up' | 'down' | 'stalls' | 'errors' | 'redirects' | 'lies' | 'forgets' | 'gone';
const MOODS: readonly Mood[] = ['up', 'up', 'down', 'stalls', 'errors', 'redirects', 'lies', 'forgets'];
/** Share of requests to a dead receiver on quiet days that kill the sender. */
const DEADLY_SHARE = 0.05;
const MIN_MOOD_MS = 20_000;
const MAX_MOOD_MS = 400_000;

/**
 * What becomes of a receiver. `moody`: up and down through the storm, then up. `away`: down as long as the storm
 * lasts, then up. `leaving`: as moody, and in between it asks never to be called again. `dead`: down until it is revived.
 */
export type Fate = 'moody' | 'away' | 'leaving' | 'dead';

/** The transaction that a callback names. */
export interface Told {
  readonly merchantId: MerchantId;
  readonly transactionId: string;
  readonly version: number;
}

/** A receiver at one URL. It checks every signature, and records what it accepted. */
export class Receiver {
  /** By webhook id: callbacks that were answered 2xx, whether or not the answer arrived. */
  readonly accepted = new Map<string, number>();
  /** By webhook id: the digest of the body. A second body breaks a promise. */
  readonly #bodies = new Map<string, string>();
  /** By webhook id: the outcomes received, with any answer. */
  readonly told = new Map<string, Told>();
  /** By webhook id: the alerts received, with any answer. */
  readonly alerts = new Map<string, AlertEvent>();
  /** Webhook ids that were answered 410. */
  readonly sentAway = new Set<string>();
  readonly broken: string[] = [];
  requests = 0;
  firstRequestMs: number | undefined;
  /** When each request arrived. */
  readonly requestsMs: number[] = [];
  /** Requests that arrived while it was dead. */
  readonly vainMs: number[] = [];
  firstYesMs: number | undefined;
  revivedAtMs: number | undefined;
  #fate: Fate;
  #mood: Mood = 'up';
  /** The shop that processes callbacks. Undefined if the run checks only the service. */
  #shop: Shop | undefined;
  /** The endpoint moved elsewhere, so requests are answered 410. */
  #isLeft = false;
  readonly #dice: Dice;
  readonly #time: VirtualTime;
  readonly #secret: () => string;
  readonly #isStormy: () => boolean;
  readonly #demandsBody: boolean;

  constructor(options: {
    readonly dice: Dice;
    readonly time: VirtualTime;
    readonly secret: () => string;
    readonly isStormy: () => boolean;
    readonly fate: Fate;
    /** Whether the endpoint's `expectBody` is `success`. A 200 with another body is then a failure. */
    readonly demandsBody: boolean;
  }) {
    this.#dice = options.dice;
    this.#time = options.time;
    this.#secret = options.secret;
    this.#isStormy = options.isStormy;
    this.#fate = options.fate;
    this.#demandsBody = options.demandsBody;
    this.#change();
  }

  /** Whether it stays down until it is revived. */
  get isDead(): boolean {
    return this.#fate === 'dead';
  }

  /** Whether it was ever dead. */
  get wasDead(): boolean {
    return this.isDead || this.revivedAtMs !== undefined;
  }

  /** Whether it accepts everything from now on. */
  get isUpForGood(): boolean {
    return !this.isDead && !this.#isStormy();
  }

  revive(): void {
    if (this.isDead) this.revivedAtMs = this.#time.now;
    this.#fate = 'moody';
  }

  serve(shop: Shop): void {
    this.#shop = shop;
  }

  leave(): void {
    this.#isLeft = true;
  }

  start(): void {
    this.#isLeft = false;
  }

  #change(): void {
    if (!this.#isStormy()) return;
    this.#mood = this.#dice.pick(this.#fate === 'leaving' ? [...MOODS, 'gone' as const] : MOODS);
    this.#time.at(this.#time.now + this.#dice.between(MIN_MOOD_MS, MAX_MOOD_MS), () => this.#change());
  }

  #moodNow(): Mood {
    if (this.isDead) return 'down';
    if (this.#isLeft) return 'gone';
    if (!this.#isStormy()) return 'up';
    return this.#fate === 'away' ? 'down' : this.#mood;
  }

  async take(request: CallbackRequest, patience?: Patience): Promise<Exchange | typeof CALLER_KILLED> {
    this.requests += 1;
    this.firstRequestMs ??= this.#time.now;
    this.requestsMs.push(this.#time.now);
    if (this.isDead) this.vainMs.push(this.#time.now);
    const mood = this.#moodNow();
    const durationMs = await this.#wait(
      mood === 'stalls' ? request.timeoutMs : this.#dice.between(5, 400),
      patience,
    );
    const id = this.#check(request);
    if (this.isDead && !this.#isStormy() && this.#dice.chance(DEADLY_SHARE)) return CALLER_KILLED;
    switch (mood) {
      case 'down':
        return { kind: 'error', code: 'connection_failed', durationMs };
      case 'stalls':
        // The receiver may have processed the callback and answered too late.
        if (this.#dice.chance(0.5)) await this.#accept(id, request);
        return { kind: 'error', code: 'timeout', durationMs };
      case 'errors':
        return answered(this.#dice.pick([400, 404, 429, 500, 502, 503]), durationMs);
      case 'redirects':
        return answered(302, durationMs);
      case 'gone':
        this.sentAway.add(id);
        return answered(410, durationMs);
      case 'lies':
        if (!this.#demandsBody && !(await this.#accept(id, request))) return answered(503, durationMs);
        return { ...answered(200, durationMs), body: 'fail' };
      case 'forgets':
        await this.#accept(id, request);
        return { kind: 'error', code: 'connection_reset', durationMs };
      case 'up':
        if (!(await this.#accept(id, request))) return answered(503, durationMs);
        return { ...answered(200, durationMs), body: 'success' };
    }
  }

  /** Waits for the given milliseconds or until the caller gives up. Resolves to the milliseconds that passed. */
  async #wait(durationMs: number, patience: Patience | undefined): Promise<number> {
    if (patience === undefined || patience.ms >= durationMs) {
      await this.#time.sleep(durationMs);
      return durationMs;
    }
    const startMs = this.#time.now;
    await this.#time.sleep(patience.ms);
    const givenUp = new Promise<void>((resolve) => patience.onExceeded(resolve));
    await Promise.race([givenUp, this.#time.sleep(durationMs - patience.ms)]);
    return this.#time.now - startMs;
  }

  /** Whether the receiver accepted the callback, even if the answer hides it. A shop whose store is unavailable does not. */
  async #accept(id: string, request: CallbackRequest): Promise<boolean> {
    if (this.#shop !== undefined && !(await this.#shop.take(request))) return false;
    this.firstYesMs ??= this.#time.now;
    this.accepted.set(id, (this.accepted.get(id) ?? 0) + 1);
    return true;
  }

  /** Verifies a signature as a third-party receiver does, without the service's code. */
  #check({ headers, body }: CallbackRequest): string {
    const [id, timestamp] = [headers['webhook-id'] ?? '', headers['webhook-timestamp'] ?? ''];
    const key = Buffer.from(this.#secret().replace('whsec_', ''), 'base64');
    const expected = `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
    if (headers['webhook-signature'] !== expected) this.broken.push(`${id}: wrong signature`);
    const digest = createHash('sha256').update(body).digest('hex');
    if ((this.#bodies.get(id) ?? digest) !== digest) this.broken.push(`${id}: another body`);
    if (!this.#bodies.has(id)) this.#note(id, JSON.parse(body));
    this.#bodies.set(id, digest);
    return id;
  }

  #note(id: string, content: AlertEvent | { readonly type: string; readonly data: Told }): void {
    if (isAlertFilter(content.type)) this.alerts.set(id, content as AlertEvent);
    else this.told.set(id, content.data as Told);
  }
}

function answered(statusCode: number, durationMs: number) {
  return { kind: 'response', statusCode, body: '', durationMs } as const;
}
