import type { Endpoint, Profile } from '../../../lib/core/merchants/merchant-config.ts';
import type { MerchantStore } from '../../../lib/core/merchants/merchant-store.ts';
import {
  type EndpointId,
  type MerchantId,
  NOTIFY_URL_ENDPOINT,
  type OutcomeContent,
} from '../../../lib/core/model.ts';
import type { Schedule } from '../../../lib/core/schedule.ts';
import { isoTime } from '../../../lib/core/time.ts';
import type { Dice } from '../storm/dice.ts';
import type { VirtualTime } from '../storm/virtual-time.ts';
import { type Fate, Receiver } from './simulated-receivers.ts';

export interface SimulatedEndpoint {
  readonly endpointId: EndpointId;
  /** Receivers by URL: the first URL, and the one to which the endpoint may move. */
  readonly receivers: ReadonlyMap<string, Receiver>;
}

/** A merchant with its endpoints and their receivers. */
export interface SimulatedMerchant {
  readonly merchantId: MerchantId;
  readonly schedule: Schedule;
  /** One stands for the transactions' own callback URLs. Others may be created later. */
  readonly endpoints: SimulatedEndpoint[];
  readonly content: (n: number) => OutcomeContent;
  /** Creates the merchant at the current time. Repeating it changes nothing. */
  readonly create: (merchants: MerchantStore) => Promise<void>;
}

const SCHEDULES = [
  [5, 10, 30, 60, 120],
  [1, 1, 1, 1, 1, 1, 1, 1],
  [15, 15, 30, 180, 1_200],
] as const;
/** The schedules from which an endpoint that is dead for days gets one. */
const LONG_SCHEDULES = ['wechat', 'alipay', 'standard-webhooks'] as const;
/** Requests a second: some let through less than what is recorded at once, for longer than slots are reserved ahead. */
export const RATES = [0.1, 0.1, 0.3, 2] as const;
const FATES: readonly Fate[] = ['moody', 'moody', 'moody', 'moody', 'away', 'leaving', 'dead'];

export interface Surroundings {
  readonly dice: Dice;
  readonly time: VirtualTime;
  readonly isStormy: () => boolean;
  /** Draws the rates of endpoints, apart from everything else. Absent: no endpoint has one. */
  readonly rates?: Dice;
}

export function createMerchant(name: string, around: Surroundings): SimulatedMerchant {
  const { dice } = around;
  const fates = Array.from({ length: dice.between(1, 2) }, () => dice.pick(FATES));
  return assemble(name as MerchantId, { around, schedule: [...dice.pick(SCHEDULES)], fates });
}

/** A merchant with one endpoint that is dead from the beginning, and one ordinary endpoint. */
export function createDeadMerchant(name: string, around: Surroundings): SimulatedMerchant {
  const fates = ['dead', 'moody'] as const;
  return assemble(name as MerchantId, { around, schedule: around.dice.pick(LONG_SCHEDULES), fates });
}

export const secretOf = (owner: string) => `whsec_${Buffer.from(owner.padEnd(32, '.')).toString('base64')}`;

function assemble(
  merchantId: MerchantId,
  options: { readonly around: Surroundings; readonly schedule: Schedule; readonly fates: readonly Fate[] },
): SimulatedMerchant {
  const { around, schedule, fates } = options;
  const { dice, time } = around;
  const receiver = (owner: string, fate: Fate, demandsBody: boolean) =>
    new Receiver({ ...around, secret: () => secretOf(owner), fate, demandsBody });

  const endpoints = fates.map((fate, n) => {
    const endpointId = `ep_${merchantId}_${n}` as EndpointId;
    const [url, elsewhere] = [`https://${merchantId}.example/${n}`, `https://${merchantId}.example/new/${n}`];
    const receivers = new Map([
      [url, receiver(endpointId, fate, true)],
      [elsewhere, receiver(endpointId, 'moody', true)],
    ]);
    const types = dice.pick([['*'], ['*'], ['*'], ['payment.*']]);
    // The last one also gets alerts: about the others, and about itself.
    const isWatching = n === fates.length - 1;
    return { endpointId, url, receivers, types: isWatching ? [...types, 'tidings.*'] : types };
  });
  const notifyUrl = `https://till.${merchantId}.example/`;
  const till = {
    endpointId: NOTIFY_URL_ENDPOINT,
    receivers: new Map([[notifyUrl, receiver(merchantId, dice.pick(FATES), false)]]),
  };
  const feedShards = dice.between(1, 3);
  return {
    merchantId,
    schedule,
    endpoints: [...endpoints, till],
    content: (n) => ({
      transactionType: dice.pick(['payment', 'refund']),
      status: dice.pick(['SUCCEEDED', 'FAILED', 'CLOSED'] as const),
      amount: dice.between(0, 100_000),
      currency: 'CNY',
      occurredAt: isoTime(time.now),
      reference: `ORDER-${n}`,
      ...(dice.chance(0.2) && { notifyUrl }),
    }),
    async create(merchants) {
      const now = isoTime(time.now);
      const secrets = (owner: string) => [{ sealed: secretOf(owner), createdAt: now }];
      const profile: Profile = {
        merchantId,
        name: merchantId,
        schedule,
        feedShards,
        timeZone: 'UTC',
        secrets: secrets(merchantId),
        createdAt: now,
        rev: 1,
      };
      await merchants.create(profile);
      for (const [n, { endpointId, url, types }] of endpoints.entries()) {
        const endpoint: Endpoint = {
          merchantId,
          endpointId,
          url,
          timeoutMs: 10_000,
          expectBody: 'success',
          ...(around.rates !== undefined && { ratePerSecond: around.rates.pick(RATES) }),
          history: [{ from: now, enabled: true, types }],
          secrets: secrets(endpointId),
          createdAt: now,
          rev: 1,
        };
        await merchants.createEndpoint(endpoint, 1 + n);
      }
    },
  };
}

/** What the receivers of these merchants got. `duplicates`: what they accepted and had accepted before. */
export function requestsTo(merchants: readonly SimulatedMerchant[]) {
  const receivers = merchants
    .flatMap(({ endpoints }) => endpoints)
    .flatMap((endpoint) => [...endpoint.receivers.values()]);
  const accepted = receivers.flatMap((receiver) => [...receiver.accepted.values()]);
  return {
    attempts: receivers.reduce((sum, { requests }) => sum + requests, 0),
    duplicates: accepted.reduce((sum, times) => sum + times - 1, 0),
  };
}
