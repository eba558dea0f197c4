import type { Profile } from '../../core/merchants/merchant-config.ts';
import {
  changeMerchant,
  createMerchant,
  type MerchantPorts,
  type MerchantRefusal,
  rotateMerchantSecret,
} from '../../core/merchants/merchants.ts';
import { offsetAt } from '../../core/time-zone.ts';
import { type Route, route } from '../api-app.ts';
import { type Answer, answer, problem } from '../contract/operation.ts';
import * as contract from './merchants-contract.ts';
import { refusalProblem, rotationAnswer } from './secret-rotation.ts';

export function merchantRoutes(ports: MerchantPorts): readonly Route[] {
  return [
    route(contract.createMerchant, async ({ body }) => {
      const result = await createMerchant(ports, body);
      switch (result.kind) {
        case 'created':
          return answer(201, { ...merchantView(result.profile, ports.clock.now()), secret: result.secret });
        case 'unchanged':
          return answer(200, merchantView(result.profile, ports.clock.now()));
        case 'conflict':
          return problem('merchant_conflict', {
            errors: result.fields.map((field) => ({ pointer: `/${field}`, code: 'merchant_conflict' })),
            extra: { current: merchantView(result.profile, ports.clock.now()) },
          });
      }
    }),

    route(contract.readMerchant, async ({ merchantId }) => {
      const config = await ports.merchants.read(merchantId);
      return config === undefined
        ? problem('unknown_merchant')
        : answer(200, merchantView(config.profile, ports.clock.now()));
    }),

    route(contract.changeMerchant, async ({ merchantId, body }) => {
      const result = await changeMerchant(ports, merchantId, body);
      return result.kind === 'changed'
        ? answer(200, merchantView(result.profile, ports.clock.now()))
        : refusal(result);
    }),

    route(contract.rotateMerchantSecret, async ({ merchantId, body }) => {
      const result = await rotateMerchantSecret(ports, merchantId, body);
      return result.kind !== 'refused' ? rotationAnswer(result) : refusal(result);
    }),
  ];
}

function refusal({ code }: MerchantRefusal): Answer {
  return code === 'feed_shards_shrink'
    ? problem(code, { errors: [{ pointer: '/feedShards', code }] })
    : refusalProblem(code);
}

function merchantView(profile: Profile, nowMs: number): object {
  const { merchantId, name, schedule, feedShards, timeZone, createdAt } = profile;
  const utcOffset = offsetAt(nowMs, timeZone);
  return {
    merchantId,
    name,
    schedule,
    feedShards,
    timeZone,
    ...(utcOffset !== undefined && { utcOffset }),
    createdAt,
  };
}
