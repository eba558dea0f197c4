import { acknowledgeOutcome, redeliverNotification } from '../../../lib/core/deliver/acknowledge.ts';
import { isAboutAlert } from '../../../lib/core/deliver/alerts/alert.ts';
import { cancelRedelivery } from '../../../lib/core/deliver/redelivery/cancel-redelivery.ts';
import type { Job } from '../../../lib/core/deliver/redelivery/redelivery-job.ts';
import { startRedelivery } from '../../../lib/core/deliver/redelivery/start-redelivery.ts';
import type { Notification } from '../../../lib/core/deliver/state/notification.ts';
import { changeEndpoint } from '../../../lib/core/merchants/endpoints.ts';
import type { Endpoint } from '../../../lib/core/merchants/merchant-config.ts';
import { changeMerchant } from '../../../lib/core/merchants/merchants.ts';
import type { EndpointChanges } from '../../../lib/core/merchants/settings/endpoint-settings.ts';
import {
  type EndpointId,
  type MerchantId,
  NOTIFY_URL_ENDPOINT,
  type TransactionKey,
} from '../../../lib/core/model.ts';
import { isoTime, MINUTE_MS } from '../../../lib/core/time.ts';
import { type Include, UNDELIVERED_STATES } from '../../../lib/protocol/contract-words.ts';
import type { Dice } from '../storm/dice.ts';
import { ChangeWatch } from '../watches/change-watch.ts';
import type { Fleet } from '../world/fleet.ts';
import type { Ports, World } from '../world/simulated-functions.ts';
import type { SimulatedEndpoint, SimulatedMerchant } from '../world/simulated-merchants.ts';
import { START_MS, STORM_END_MS, STORM_MS } from './stories.ts';

/** A redelivery job whose start was answered, and what it must send again. */
export interface StartedJob {
  readonly job: Job;
  /** Notifications in its states and range, both before it began and after. */
  readonly due: readonly Notification[];
  /** Whether nothing failed while it ran, and no other job of the merchant ran at the same time. */
  readonly isAlone: boolean;
  /** Whether somebody asked to cancel it. */
  readonly isCancelled: boolean;
}

type JobRequest = Parameters<typeof startRedelivery>[1];

interface JobStart {
  readonly isAlone: boolean;
  /** Milliseconds after its start at which it is cancelled. */
  readonly cancelAfterMs?: number;
}

interface EndpointKey {
  readonly merchantId: MerchantId;
  readonly endpointId: EndpointId;
}

/** At most this many notifications are sent again one by one. */
const MAX_BY_HAND = 5;

/** Requests by people: acknowledge, redeliver one or many, change endpoints. Like every request, they may fail. */
export class ByHand {
  /** Acknowledged transactions, by merchant and id. */
  readonly acknowledged = new Set<string>();
  /** Endpoints that were disabled by request, by merchant and id. */
  readonly switchedOff = new Set<string>();
  readonly jobs: StartedJob[] = [];
  readonly changes: ChangeWatch;
  readonly #dice: Dice;
  readonly #world: World;
  readonly #fleet: Fleet;

  constructor(options: { readonly dice: Dice; readonly world: World; readonly fleet: Fleet }) {
    this.#dice = options.dice;
    this.#world = options.world;
    this.#fleet = options.fleet;
    this.changes = new ChangeWatch(options.world.time);
  }

  /** Acknowledges or redelivers, possibly before the notification exists, and does not retry. */
  planSettling(merchant: SimulatedMerchant, key: TransactionKey, at: { atMs: number; mayResend: boolean }) {
    const isResend = at.mayResend && this.#dice.chance(0.5);
    const { endpointId } = this.#dice.pick(merchant.endpoints);
    this.#world.time.at(at.atMs, async () => {
      if (!isResend) this.acknowledged.add(`${key.merchantId}/${key.transactionId}`);
      const settle = (ports: Ports): Promise<unknown> =>
        isResend
          ? redeliverNotification(ports, { ...key, version: 1, endpointId })
          : acknowledgeOutcome(ports, { ...key, version: 1 });
      await this.#fleet.invoke('admin', settle).catch(() => undefined);
    });
  }

  /**
   * Changes the settings of an endpoint once or more. A change that adds expectations needs both safety nets: only the
   * audit may see an outcome that is listed at the same moment.
   */
  planChanges(merchant: SimulatedMerchant, { mayWiden }: { readonly mayWiden: boolean }): void {
    const endpoint = this.#dice.pick(merchant.endpoints);
    if (endpoint.endpointId === NOTIFY_URL_ENDPOINT) {
      this.#planGrowth(merchant);
      return;
    }
    const [here = '', elsewhere = ''] = endpoint.receivers.keys();
    const narrowing: readonly EndpointChanges[][] = [[{ enabled: false }], [{ url: elsewhere }]];
    const widening: readonly EndpointChanges[][] = [
      [{ enabled: false }, { enabled: true }],
      [{ url: elsewhere }, { url: here }],
      [{ types: ['refund.*', 'payment.failed'] }, { types: ['*'] }],
      [{ types: ['payment.*'] }, { enabled: false, types: ['*'] }, { enabled: true, url: elsewhere }],
    ];
    let atMs = START_MS + this.#dice.between(MINUTE_MS, STORM_MS * 0.7);
    for (const changes of this.#dice.pick(mayWiden ? [...narrowing, ...widening] : narrowing)) {
      this.planChange(merchant, endpoint, atMs, changes);
      // Some changes are reverted after a moment.
      atMs += this.#dice.chance(0.5)
        ? this.#dice.between(3_000, 12_000)
        : this.#dice.between(12_000, 180_000);
    }
  }

  planChange(
    merchant: SimulatedMerchant,
    endpoint: SimulatedEndpoint,
    atMs: number,
    changes: EndpointChanges,
  ): void {
    const { merchantId } = merchant;
    const { endpointId, receivers } = endpoint;
    const key = { merchantId, endpointId };
    this.#world.time.at(atMs, async () => {
      if (changes.url !== undefined) receivers.get(changes.url)?.start();
      await this.change(key, changes);
      if (changes.url !== undefined) {
        for (const [url, receiver] of receivers) if (url !== changes.url) receiver.leave();
      }
      if (changes.enabled === true) await this.#resendBlocked(key);
    });
  }

  /** Repeats a change of an endpoint until the answer says that it is in force. */
  async change(key: EndpointKey, changes: EndpointChanges): Promise<void> {
    const { merchantId, endpointId } = key;
    if (changes.enabled === false) this.switchedOff.add(`${merchantId}/${endpointId}`);
    const result = await this.#insist(
      (ports) => changeEndpoint(ports, { merchantId, endpointId }, changes),
      (request) => this.changes.over({ merchantId, endpointId }, request),
    );
    if (result.kind === 'changed') this.changes.onAnswer(result.endpoint);
  }

  /** Repeats the creation of an endpoint until the answer says that one is in force. */
  async make(
    merchantId: MerchantId,
    request: (ports: Ports) => Promise<Endpoint | undefined>,
  ): Promise<void> {
    const endpoint = await this.#insist(request, (made) => this.changes.over({ merchantId }, made));
    this.changes.onAnswer(endpoint);
  }

  /** Redelivers notifications that were blocked while the endpoint was disabled, one by one. */
  async #resendBlocked(key: EndpointKey): Promise<void> {
    const all = [...this.#world.stores.contents.notifications.values()];
    const isOwn = (one: Notification) =>
      one.merchantId === key.merchantId && one.endpointId === key.endpointId;
    for (const blocked of all.filter((one) => isOwn(one) && one.state === 'blocked').slice(0, MAX_BY_HAND)) {
      await this.#fleet
        .invoke('admin', (ports) => redeliverNotification(ports, blocked))
        .catch(() => undefined);
    }
  }

  #planGrowth({ merchantId }: SimulatedMerchant): void {
    this.#world.time.at(START_MS + this.#dice.between(0, STORM_MS), () =>
      this.#insist((ports) => changeMerchant(ports, merchantId, { feedShards: 4 })),
    );
  }

  /** Repeats a request until it is answered. */
  async #insist<T>(
    work: (ports: Ports) => Promise<T | undefined>,
    watch = (request: () => Promise<T | undefined>) => request().catch(() => undefined),
  ): Promise<T> {
    for (;;) {
      const result = await watch(() => this.#fleet.invoke('admin', work));
      if (result !== undefined) return result;
      await this.#world.time.sleep(this.#dice.between(500, 5_000));
    }
  }

  create(merchant: SimulatedMerchant): Promise<boolean> {
    return this.#insist(async ({ merchants }) => {
      await merchant.create(merchants);
      return true;
    });
  }

  /** Starts a job during the storm, of any kind, and sometimes for one endpoint. Some are cancelled. */
  planStormyJob(merchant: SimulatedMerchant): void {
    const include = this.#dice.pick<Include>(['undelivered', 'undelivered', 'unexpected', 'all']);
    const states = this.#dice.pick<Job['states'] | 'as usual'>([
      'as usual',
      'as usual',
      [...UNDELIVERED_STATES],
      ['blocked', 'exhausted'],
    ]);
    const { endpointId } = this.#dice.pick(merchant.endpoints);
    const request = {
      ...this.#rangeOf(merchant, START_MS + this.#dice.between(0, STORM_MS / 2)),
      include,
      ...(states !== 'as usual' && include === 'undelivered' && { states }),
      ...(this.#dice.chance(0.2) && { endpointId }),
    };
    const cancelAfterMs = this.#dice.between(0, 2 * MINUTE_MS);
    const start = { isAlone: false, ...(this.#dice.chance(0.2) && { cancelAfterMs }) };
    const atMs = START_MS + this.#dice.between(4 * MINUTE_MS, STORM_MS - MINUTE_MS);
    this.#world.time.at(atMs, () => this.#startJob(request, start));
  }

  /** Sends again what the storm left, once no more faults are injected. */
  planJob(merchant: SimulatedMerchant, atMs: number, include: Include = 'undelivered'): void {
    const start = { isAlone: true };
    this.#world.time.at(atMs, () => this.#startJob({ ...this.#rangeOf(merchant, START_MS), include }, start));
  }

  #rangeOf({ merchantId }: { readonly merchantId: MerchantId }, fromMs: number) {
    return { merchantId, from: isoTime(fromMs), to: isoTime(Math.max(this.#world.time.now, STORM_END_MS)) };
  }

  async #startJob(request: JobRequest, { isAlone, cancelAfterMs }: JobStart): Promise<void> {
    const before = this.#dueOf(request);
    const job = await this.#confirmed(request);
    if (job === undefined) return;
    // A notification that changed while the job was requested may have changed before or after the job began.
    const after = new Set(this.#dueOf(request));
    const due = before.filter((one) => after.has(one));
    this.jobs.push({ job, due, isAlone, isCancelled: cancelAfterMs !== undefined });
    if (cancelAfterMs === undefined) return;
    await this.#world.time.sleep(cancelAfterMs);
    const { merchantId, jobId } = job;
    await this.#fleet
      .invoke('admin', (ports) => cancelRedelivery(ports, { merchantId, jobId, by: 'operator' }))
      .catch(() => undefined);
  }

  /** Confirms what needs it, once. The answer to that may be lost, and the job run. */
  async #confirmed(request: JobRequest): Promise<Job | undefined> {
    const ask = (asked: JobRequest) =>
      this.#fleet.invoke('admin', (ports) => startRedelivery(ports, asked)).catch(() => undefined);
    const first = await ask(request);
    const result = first?.kind === 'unconfirmed' ? await ask({ ...request, confirm: first.confirm }) : first;
    return result?.kind === 'started' ? result.job : undefined;
  }

  /** What a job with `undelivered` must send. */
  #dueOf(request: JobRequest): readonly Notification[] {
    if (request.include !== undefined && request.include !== 'undelivered') return [];
    const states: readonly string[] = request.states ?? ['exhausted', 'blocked'];
    return [...this.#world.stores.contents.notifications.values()].filter(
      (one) =>
        one.merchantId === request.merchantId &&
        states.includes(one.state) &&
        one.state !== 'retrying' &&
        one.listedAt >= request.from &&
        one.listedAt < request.to &&
        !isAboutAlert(one) &&
        isFor(one.endpointId, request.endpointId),
    );
  }
}

function isFor(endpointId: EndpointId, asked: EndpointId | undefined): boolean {
  return asked === undefined || asked === endpointId;
}
