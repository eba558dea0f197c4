import type { Profile } from '../../core/merchants/merchant-config.ts';
import {
  changeMerchant,
  createMerchant,
  type MerchantPorts,
  type MerchantRefusal,
  rotateMerchantSecret,
} from '../../core/merchants/merchants.ts';
import { type MerchantId, merchantIdSchema } from '../../core/model.ts';
import { listMerchants, type MerchantList } from '../../core/query/merchant-list.ts';
import { offsetAt } from '../../core/time-zone.ts';
import { acting, type WithoutTrail } from '../acting.ts';
import { type Route, route } from '../api-app.ts';
import { type Answer, answer, fieldProblem, problem } from '../contract/operation.ts';
import { type PagedList, pageEnd, readCursor } from '../list-cursor.ts';
import * as contract from './merchants-contract.ts';
import { refusalProblem, rotationAnswer } from './secret-rotation.ts';

const DEFAULT_PAGE = 50;

interface MerchantRoutePorts extends WithoutTrail<MerchantPorts> {
  readonly merchantList: MerchantList;
}

export function merchantRoutes(ports: MerchantRoutePorts): readonly Route[] {
  return [
    route(contract.listMerchants, async ({ query }) => {
      const { prefix = '', limit = DEFAULT_PAGE } = query;
      const list = merchantPages(prefix);
      const place = readCursor(list, query.cursor);
      if (place.kind === 'invalid') return place.problem;
      const { after } = place;
      const question = { prefix, limit, ...(after !== undefined && { after }) };
      const { profiles, unreadable, next } = await listMerchants(ports, question);
      return answer(200, {
        items: profiles.map((profile) => merchantView(profile, ports.clock.now())),
        ...(unreadable.length > 0 && { unreadable }),
        ...pageEnd(list, next),
      });
    }),

    route(contract.createMerchant, async ({ caller, body }) => {
      const result = await createMerchant(acting(ports, caller), body);
      switch (result.kind) {
        case 'created':
          return answer(201, { ...merchantView(result.profile, ports.clock.now()), secret: result.secret });
        case 'unchanged':
          return answer(200, merchantView(result.profile, ports.clock.now()));
        case 'erased':
          return problem('merchant_erased');
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

    route(contract.changeMerchant, async ({ caller, merchantId, body }) => {
      const result = await changeMerchant(acting(ports, caller), merchantId, body);
      return result.kind === 'changed'
        ? answer(200, merchantView(result.profile, ports.clock.now()))
        : refusal(result);
    }),

    route(contract.rotateMerchantSecret, async ({ caller, merchantId, body }) => {
      const result = await rotateMerchantSecret(acting(ports, caller), merchantId, body);
      return result.kind !== 'refused' ? rotationAnswer(result) : refusal(result);
    }),
  ];
}

function merchantPages(prefix: string): PagedList<MerchantId> {
  return {
    name: 'merchants',
    filter: { prefix },
    textOf: (merchantId) => merchantId,
    positionOf: (text) => (text.startsWith(prefix) ? merchantIdSchema().safeParse(text).data : undefined),
  };
}

function refusal(refused: MerchantRefusal): Answer {
  return refused.code === 'feed_shards_shrink'
    ? fieldProblem({ pointer: '/feedShards', code: refused.code })
    : refusalProblem(refused);
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
