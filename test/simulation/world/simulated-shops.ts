import { createApp } from '../../../lib/api/api-app.ts';
import { settlingRoutes } from '../../../lib/api/notifications/settle-routes.ts';
import { reconcilingRoutes } from '../../../lib/api/reconciliations/reconciliations-routes.ts';
import { askingRoutes } from '../../../lib/api/transactions/ask-routes.ts';
import { windowRoutes } from '../../../lib/api/windows/windows-routes.ts';
import type { CallbackRequest } from '../../../lib/core/deliver/attempt/sender.ts';
import type { MerchantId } from '../../../lib/core/model.ts';
import { createAnswerSigner } from '../../../lib/core/query/answer-signer.ts';
import { isoTime, MINUTE_MS } from '../../../lib/core/time.ts';
import { isAlertFilter } from '../../../lib/protocol/alerts.ts';
import { createReceiver, type Receiver, type Totals } from '../../../lib/receiver/index.ts';
import { type MemoryTransaction, memoryStore } from '../../../lib/receiver/stores/memory.ts';
import { START_MS, STORM_MS } from '../stories/stories.ts';
import type { Dice } from '../storm/dice.ts';
import type { VirtualTime } from '../storm/virtual-time.ts';
import type { Fleet } from './fleet.ts';
import type { Ports } from './simulated-functions.ts';
import type { Told } from './simulated-receivers.ts';

/** Probabilities that the shop's own store fails, before and after its effect. */
const OUTAGE_SHARE = 0.05;
/** Probability that an attacker without the secret sends the same callback with other contents. */
const FORGED_SHARE = 0.1;
const ORIGIN = 'https://tidings.example';
/** Number of runs of reconcile and follow during the storm. */
const RUNS_IN_STORM = 3;
const HOUR_MS = 60 * MINUTE_MS;

/** The findings of the last run, and both digests after it. */
export interface ShopEnd {
  readonly totals: Totals | undefined;
  readonly conflicts: number;
  readonly unsettled: number;
}

interface ShopOptions {
  readonly merchantId: MerchantId;
  /** The secrets of the merchant and of its endpoints. */
  readonly secrets: { readonly merchant: string; readonly callbacks: readonly string[] };
  readonly dice: Dice;
  readonly time: VirtualTime;
  readonly fleet: Fleet;
  readonly isStormy: () => boolean;
  readonly onAcknowledge: (transactionId: string) => void;
  /** Whether every window with rows listed before this time is closed. */
  readonly isClosedThrough: (time: string) => boolean;
}

/** A merchant that uses the receiver kit: it takes callbacks, and asks the service for what never came. */
export class Shop {
  readonly merchantId: MerchantId;
  readonly broken: string[] = [];
  busy = 0;
  end: ShopEnd | undefined;
  readonly #store = memoryStore();
  readonly #receiver: Receiver;
  readonly #options: ShopOptions;

  constructor(options: ShopOptions) {
    const { merchantId, secrets, time } = options;
    this.merchantId = merchantId;
    this.#options = options;
    this.#receiver = createReceiver<MemoryTransaction>({
      merchantId,
      secrets: [...secrets.callbacks],
      now: () => time.now,
      store: { ...this.#store, apply: (...given) => this.#suffer(() => this.#store.apply(...given)) },
      onOutcome: ({ transactionId }, tx) => tx.set(transactionId, Number(tx.get(transactionId) ?? 0) + 1),
      onEvent: () => undefined,
      service: {
        url: ORIGIN,
        key: 'tk_shop_secret',
        merchantSecrets: secrets.merchant,
        since: isoTime(START_MS - HOUR_MS),
        tries: 1,
        fetch: (url, init) => this.#ask(url.slice(ORIGIN.length), init),
      },
    });
  }

  /** How often the effects of a transaction were committed. */
  committed(transactionId: string): number {
    return Number(this.#store.get(transactionId) ?? 0);
  }

  /** Whether the shop accepts a callback. */
  async take({ headers, body }: CallbackRequest): Promise<boolean> {
    if (this.#options.dice.chance(FORGED_SHARE)) await this.#takeForged(headers, body);
    const isTaken = (await this.#post(headers, body)) < 300;
    const { type, data } = JSON.parse(body) as { readonly type: string; readonly data: Told };
    if (isAlertFilter(type)) {
      if (!isTaken) this.broken.push(`${this.merchantId}: the shop refused an alert`);
      return isTaken;
    }
    const { transactionId } = data;
    if (isTaken && this.committed(transactionId) === 0)
      this.broken.push(`${this.merchantId}: the shop said yes to ${transactionId} before it had committed`);
    return isTaken;
  }

  async #takeForged(headers: Readonly<Record<string, string>>, body: string): Promise<void> {
    const forged = body
      .replace(/"amount":\d+/, '"amount":999999999')
      .replace('"type":"tidings.', '"type":"payment.');
    if ((await this.#post(headers, forged)) < 400)
      this.broken.push(`${this.merchantId}: a forged callback was believed`);
  }

  async #post(headers: Readonly<Record<string, string>>, body: string): Promise<number> {
    return (await this.#receiver.handle({ method: 'POST', headers, body: Buffer.from(body) })).status;
  }

  /** Reconciles now and then, as a shop's timer would. Gives up if the service or its own store is unavailable. */
  plan(quietUntilMs: number): void {
    const { dice } = this.#options;
    for (let run = 0; run < RUNS_IN_STORM; run += 1)
      this.#planRun(START_MS + dice.between(MINUTE_MS, STORM_MS));
    for (let atMs = START_MS + HOUR_MS; atMs < quietUntilMs; atMs += dice.between(HOUR_MS, 12 * HOUR_MS))
      this.#planRun(atMs);
  }

  #planRun(atMs: number): void {
    const { dice, time, isStormy } = this.#options;
    const isFollowing = dice.chance(0.3);
    time.at(atMs, async () => {
      this.busy += 1;
      const isCalm = !isStormy();
      try {
        await (isFollowing ? this.#receiver.follow() : this.#receiver.reconcile());
      } catch (error) {
        if (isCalm) this.broken.push(`${this.merchantId}: asking failed in quiet days: ${error}`);
      }
      this.busy -= 1;
    });
  }

  /** Finds what is still missing and compares, after the storm. */
  planEnd(atMs: number): void {
    this.#options.time.at(atMs, async () => {
      const { conflicts, unsettled } = await this.#receiver.reconcile();
      this.end = { totals: await this.#receiver.compare(), conflicts, unsettled };
    });
  }

  async #suffer<T>(work: () => Promise<T>): Promise<T> {
    const { dice, isStormy } = this.#options;
    if (isStormy() && dice.chance(OUTAGE_SHARE)) throw new Error('the shop’s store is away');
    const result = await work();
    if (isStormy() && dice.chance(OUTAGE_SHARE)) throw new Error('the shop died after it had committed');
    return result;
  }

  /** Promise 4: a window that is reported closed is closed, also while close fails. */
  async #checkClosed(response: Response): Promise<void> {
    const { closedThrough } = (await response.clone().json()) as { readonly closedThrough?: string };
    if (closedThrough === undefined || this.#options.isClosedThrough(closedThrough)) return;
    this.broken.push(`${this.merchantId}: all was said to be closed through ${closedThrough}, and it is not`);
  }

  async #ask(target: string, init: RequestInit): Promise<Response> {
    const { merchantId, fleet, onAcknowledge } = this.#options;
    const [, transactionId] = /^\/v1\/transactions\/(\w+)\/acknowledge$/.exec(target) ?? [];
    if (transactionId !== undefined) onAcknowledge(transactionId);
    const response = await fleet.invoke(
      'query',
      async (ports): Promise<Response> => queryApp(ports, merchantId).request(target, init),
    );
    if (response === undefined) throw new Error('The function died.');
    await this.#checkClosed(response);
    return response;
  }
}

/** Serves a receiver's questions, wired as in the functions. Authentication is not simulated. */
function queryApp(ports: Ports, merchantId: MerchantId) {
  return createApp(
    {
      configs: ports.configs,
      authenticate: async () => ({
        kind: 'caller',
        caller: { keyId: 'shop', scope: 'receiver', merchantId },
      }),
      sign: createAnswerSigner(ports),
      // A shop asks its questions one at a time.
      limit: { enter: async () => ({ kind: 'entered', leave: async () => undefined }) },
      clock: ports.clock,
      reporter: ports.reporter,
    },
    [...askingRoutes(ports), ...windowRoutes(ports), ...reconcilingRoutes(ports), ...settlingRoutes(ports)],
  );
}
