import type { Caller, KeyRecord, KeyStore } from '../../core/merchants/access-keys.ts';
import {
  changeEndpoint,
  createEndpoint,
  deleteEndpoint,
  type EndpointPorts,
  type EndpointRefusal,
  isLive,
  listEndpoints,
  publicKeyOf,
  rotateEndpointSecret,
} from '../../core/merchants/endpoints.ts';
import { makeKey, revokeKey } from '../../core/merchants/make-key.ts';
import { currentSpan, type Endpoint, type Profile } from '../../core/merchants/merchant-config.ts';
import { changeMerchant, createMerchant, rotateMerchantSecret } from '../../core/merchants/merchants.ts';
import { keyIdSchema, type MerchantId } from '../../core/model.ts';
import { offsetAt } from '../../core/time-zone.ts';
import { type Route, route } from '../api-app.ts';
import * as endpoints from '../endpoints/endpoints-contract.ts';
import * as keys from '../keys/keys-contract.ts';
import { type PagedList, pageEnd, readCursor } from '../list-cursor.ts';
import { type Answer, answer, problem } from '../operation.ts';
import * as merchants from './merchants-contract.ts';

export interface ManagingPorts extends EndpointPorts {
  readonly keys: KeyStore;
}

const DEFAULT_PAGE = 50;

export function managingRoutes(ports: ManagingPorts): readonly Route[] {
  return [...merchantRoutes(ports), ...endpointRoutes(ports), ...keyRoutes(ports)];
}

function merchantRoutes(ports: ManagingPorts): readonly Route[] {
  return [
    route(merchants.createMerchant, async ({ body }) => {
      const result = await createMerchant(ports, body);
      switch (result.kind) {
        case 'created':
          return answer(201, { ...merchantView(result.profile, ports.clock.now()), secret: result.secret });
        case 'unchanged':
          return answer(200, merchantView(result.profile, ports.clock.now()));
        case 'conflict':
          return problem('merchant_conflict', {
            extra: { current: merchantView(result.profile, ports.clock.now()) },
          });
      }
    }),

    route(merchants.readMerchant, async ({ merchantId }) => {
      const config = await ports.merchants.read(merchantId);
      return config === undefined
        ? problem('unknown_merchant')
        : answer(200, merchantView(config.profile, ports.clock.now()));
    }),

    route(merchants.changeMerchant, async ({ merchantId, body }) => {
      const result = await changeMerchant(ports, merchantId, body);
      if (result.kind === 'changed') return answer(200, merchantView(result.profile, ports.clock.now()));
      return result.code === 'feed_shards_shrink'
        ? problem(result.code, { errors: [{ pointer: '/feedShards', code: result.code }] })
        : problem(result.code);
    }),

    route(merchants.rotateMerchantSecret, async ({ merchantId, body }) => {
      const result = await rotateMerchantSecret(ports, merchantId, body);
      return 'secret' in result ? rotation(result) : refusal(result);
    }),
  ];
}

function endpointRoutes(ports: ManagingPorts): readonly Route[] {
  return [
    route(endpoints.createEndpoint, async ({ merchantId, body }) => {
      const result = await createEndpoint(ports, merchantId, body);
      return result.kind === 'created'
        ? answer(201, { ...endpointView(result.endpoint), secret: result.secret })
        : refusal(result);
    }),

    route(endpoints.listEndpoints, async ({ merchantId }) => {
      const endpoints = await listEndpoints(ports, merchantId);
      return endpoints === undefined
        ? problem('unknown_merchant')
        : answer(200, { items: endpoints.map(endpointView), hasMore: false });
    }),

    route(endpoints.readEndpoint, async ({ params: { merchantId, endpointId } }) => {
      const config = await ports.merchants.read(merchantId);
      if (config === undefined) return problem('unknown_merchant');
      const endpoint = config.endpoints.find((one) => one.endpointId === endpointId && isLive(one));
      return endpoint === undefined ? problem('unknown_endpoint') : answer(200, endpointView(endpoint));
    }),

    route(endpoints.changeEndpoint, async ({ params, body }) => {
      const result = await changeEndpoint(ports, params, body);
      return result.kind === 'changed' ? answer(200, endpointView(result.endpoint)) : refusal(result);
    }),

    route(endpoints.deleteEndpoint, async ({ params }) => {
      const result = await deleteEndpoint(ports, params);
      return result.kind === 'changed' ? answer(204) : refusal(result);
    }),

    route(endpoints.rotateEndpointSecret, async ({ params, body }) => {
      const result = await rotateEndpointSecret(ports, params, body);
      return 'secret' in result ? rotation(result) : refusal(result);
    }),
  ];
}

function rotation({ kind, ...secrets }: { readonly kind: 'rotated' | 'repeated' }): Answer {
  return answer(kind === 'rotated' ? 201 : 200, secrets);
}

function keyRoutes(ports: ManagingPorts): readonly Route[] {
  return [
    route(keys.createMerchantKey, async ({ caller, merchantId, body }) => {
      // A merchant manages keys that ask and that manage; who may record is not the merchant's to say.
      if (caller.scope === 'merchant' && body.scope === 'initiator') return problem('insufficient_scope');
      if ((await ports.merchants.read(merchantId)) === undefined) return problem('unknown_merchant');
      return createKey(ports, caller, { ...body, merchantId });
    }),
    route(keys.listMerchantKeys, async ({ merchantId, query }) => {
      if ((await ports.merchants.read(merchantId)) === undefined) return problem('unknown_merchant');
      return listKeys(ports, merchantId, query);
    }),
    route(keys.revokeMerchantKey, async ({ caller, params }) => {
      const mayRevoke = ({ scope }: KeyRecord) => caller.scope !== 'merchant' || scope !== 'initiator';
      return revoked(await revokeKey(ports, { keyId: params.keyId, owner: params.merchantId }, mayRevoke));
    }),
    route(keys.createKey, ({ caller, body }) => createKey(ports, caller, body)),
    route(keys.listKeys, ({ query }) => listKeys(ports, undefined, query)),
    route(keys.revokeKey, async ({ params }) =>
      revoked(await revokeKey(ports, { keyId: params.keyId, owner: undefined })),
    ),
  ];
}

async function createKey(
  ports: ManagingPorts,
  maker: Caller,
  wanted: Pick<KeyRecord, 'scope' | 'merchantId' | 'expiresAt'>,
): Promise<Answer> {
  const made = await makeKey(ports, maker, wanted);
  if (made.kind === 'made') return answer(201, { ...keyView(made.record), key: made.key });
  const { code } = made;
  return code === 'too_many_keys'
    ? problem(code)
    : problem(code, { errors: [{ pointer: '/expiresAt', code }] });
}

async function listKeys(
  ports: ManagingPorts,
  owner: MerchantId | undefined,
  query: { readonly cursor?: string | undefined; readonly limit?: number | undefined },
): Promise<Answer> {
  const list = keyList(owner);
  const cursor = readCursor(list, query.cursor);
  if (cursor.kind === 'invalid') return cursor.problem;
  const { after } = cursor;
  const { keys, more } = await ports.keys.list({
    owner,
    limit: query.limit ?? DEFAULT_PAGE,
    ...(after !== undefined && { after }),
  });
  return answer(200, { items: keys.map(keyView), ...pageEnd(list, more ? keys.at(-1)?.keyId : undefined) });
}

function keyList(merchantId: MerchantId | undefined): PagedList<string> {
  return {
    name: 'keys',
    merchantId,
    textOf: (keyId) => keyId,
    positionOf: (text) => keyIdSchema.safeParse(text).data,
  };
}

function revoked(result: Awaited<ReturnType<typeof revokeKey>>): Answer {
  return result === 'revoked' ? answer(204) : problem(result);
}

function refusal(
  result:
    | EndpointRefusal
    | { readonly kind: string; readonly code?: never }
    | { readonly kind: 'refused'; readonly code: Parameters<typeof problem>[0] },
): Answer {
  if (result.code === undefined) return problem('internal');
  return result.kind === 'refused_url'
    ? problem(result.code, { errors: [{ pointer: '/url', code: result.code }] })
    : problem(result.code);
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

function endpointView(endpoint: Endpoint): object {
  const { endpointId, url, timeoutMs, schedule, expectBody, createdAt } = endpoint;
  const { enabled, types, from: inForceFrom } = currentSpan(endpoint);
  const publicKey = publicKeyOf(endpoint);
  return {
    endpointId,
    url,
    types,
    timeoutMs,
    ...(schedule !== undefined && { schedule }),
    ...(expectBody !== undefined && { expectBody }),
    signature: endpoint.signature ?? 'v1',
    ...(publicKey !== undefined && { publicKey }),
    enabled,
    inForceFrom,
    createdAt,
  };
}

function keyView(record: KeyRecord): object {
  const { keyId, scope, merchantId, createdAt, expiresAt } = record;
  return {
    keyId,
    scope,
    ...(merchantId !== undefined && { merchantId }),
    createdAt,
    ...(expiresAt !== undefined && { expiresAt }),
  };
}
