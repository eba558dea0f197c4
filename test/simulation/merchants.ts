import type { Endpoint, Profile } from '../../lib/core/merchant.ts';
import type { EndpointId, MerchantId, OutcomeContent } from '../../lib/core/model.ts';
import type { MerchantStore } from '../../lib/core/ports.ts';
import type { Schedule } from '../../lib/core/schedule.ts';
import { isoTime } from '../../lib/core/time.ts';
import type { Dice } from './chaos.ts';
import { Receiver } from './receivers.ts';
import type { VirtualTime } from './virtual-time.ts';

/** A merchant with its endpoints and their receivers. */
export interface SimulatedMerchant {
  readonly merchantId: MerchantId;
  readonly endpointIds: readonly EndpointId[];
  readonly schedule: Schedule;
  /** By URL. */
  readonly receivers: ReadonlyMap<string, Receiver>;
  readonly receiverOf: (endpointId: EndpointId) => Receiver | undefined;
  readonly content: (n: number) => OutcomeContent;
  readonly create: (merchants: MerchantStore) => Promise<void>;
}

const SCHEDULES = [
  [5, 10, 30, 60, 120],
  [1, 1, 1, 1, 1, 1, 1, 1],
  [15, 15, 30, 180, 1_200],
] as const;

export function createMerchants(options: {
  readonly dice: Dice;
  readonly time: VirtualTime;
  readonly isStormy: () => boolean;
}): readonly SimulatedMerchant[] {
  return ['alpha', 'beta'].map((name) => createMerchant(name as MerchantId, options));
}

function createMerchant(
  merchantId: MerchantId,
  options: { readonly dice: Dice; readonly time: VirtualTime; readonly isStormy: () => boolean },
): SimulatedMerchant {
  const { dice, time } = options;
  const now = isoTime(time.now);
  const secretOf = (owner: string) => `whsec_${Buffer.from(owner.padEnd(32, '.')).toString('base64')}`;
  const secrets = (owner: string) => [{ sealed: secretOf(owner), createdAt: now }];
  const receiver = (owner: string, demandsBody: boolean, isForEverDown = false) =>
    new Receiver({ ...options, secret: () => secretOf(owner), isForEverDown, demandsBody });

  const profile: Profile = {
    merchantId,
    name: merchantId,
    schedule: [...dice.pick(SCHEDULES)],
    feedShards: 1,
    timeZone: 'UTC',
    secrets: secrets(merchantId),
    createdAt: now,
    rev: 1,
  };
  const endpoints = Array.from({ length: dice.between(1, 2) }, (_, n): Endpoint => {
    const endpointId = `ep_${merchantId}_${n}` as EndpointId;
    return {
      merchantId,
      endpointId,
      url: `https://${merchantId}.example/${n}`,
      timeoutMs: 10_000,
      expectBody: 'success',
      history: [{ from: now, enabled: true, types: ['*'] }],
      secrets: secrets(endpointId),
      createdAt: now,
      rev: 1,
    };
  });
  const notifyUrl = `https://till.${merchantId}.example/`;
  const till = receiver(merchantId, false);
  const byEndpoint = new Map(
    endpoints.map(({ endpointId }) => [endpointId, receiver(endpointId, true, dice.chance(0.15))]),
  );
  return {
    merchantId,
    schedule: profile.schedule,
    endpointIds: endpoints.map(({ endpointId }) => endpointId),
    receivers: new Map([
      ...endpoints.map(({ url, endpointId }) => [url, byEndpoint.get(endpointId) ?? till] as const),
      [notifyUrl, till] as const,
    ]),
    receiverOf: (endpointId) => (endpointId === 'notify-url' ? till : byEndpoint.get(endpointId)),
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
      await merchants.create(profile);
      for (const [n, endpoint] of endpoints.entries()) await merchants.createEndpoint(endpoint, 1 + n);
    },
  };
}
