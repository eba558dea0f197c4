import type { Caller, KeyRecord } from '../../core/merchants/keys/access-keys.ts';
import { type KeyPorts, makeKey, revokeKey } from '../../core/merchants/keys/make-key.ts';
import type { MerchantPorts } from '../../core/merchants/merchants.ts';
import { keyIdSchema, type MerchantId } from '../../core/model.ts';
import { acting, type WithoutTrail } from '../acting.ts';
import { type Route, route } from '../api-app.ts';
import { type Answer, answer, fieldProblem, problem } from '../contract/operation.ts';
import { type PagedList, pageEnd, readCursor } from '../list-cursor.ts';
import * as contract from './keys-contract.ts';

export type KeyRoutePorts = WithoutTrail<KeyPorts> & Pick<MerchantPorts, 'merchants'>;

interface KeyPage {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

const DEFAULT_PAGE = 50;

export function keyRoutes(ports: KeyRoutePorts): readonly Route[] {
  return [
    route(contract.createMerchantKey, async ({ caller, merchantId, body }) => {
      // A merchant manages its receiver and merchant keys. Only an admin decides which keys may record.
      if (caller.scope === 'merchant' && body.scope === 'initiator')
        return problem('insufficient_scope', {
          detail: 'Use a key of scope admin to create one of scope initiator.',
        });
      if ((await ports.merchants.read(merchantId)) === undefined) return problem('unknown_merchant');
      return createKey(ports, caller, { ...body, merchantId });
    }),
    route(contract.listMerchantKeys, async ({ merchantId, query }) => {
      if ((await ports.merchants.read(merchantId)) === undefined) return problem('unknown_merchant');
      return listKeys(ports, merchantId, query);
    }),
    route(contract.revokeMerchantKey, async ({ caller, params }) => {
      const mayRevoke = ({ scope }: KeyRecord) => caller.scope !== 'merchant' || scope !== 'initiator';
      const key = { keyId: params.keyId, owner: params.merchantId };
      return revoked(await revokeKey(acting(ports, caller), key, mayRevoke));
    }),
    route(contract.createKey, ({ caller, body }) => createKey(ports, caller, body)),
    route(contract.listKeys, ({ query }) => listKeys(ports, undefined, query)),
    route(contract.revokeKey, async ({ caller, params }) =>
      revoked(await revokeKey(acting(ports, caller), { keyId: params.keyId, owner: undefined })),
    ),
  ];
}

async function createKey(
  ports: KeyRoutePorts,
  maker: Caller,
  wanted: Pick<KeyRecord, 'scope' | 'merchantId' | 'expiresAt'>,
): Promise<Answer> {
  const made = await makeKey(acting(ports, maker), maker, wanted);
  if (made.kind === 'made') {
    const { merchantId: owner, keyId } = made.record;
    // Erased meanwhile, by a request that may not have seen this key.
    if (owner !== undefined && (await ports.merchants.read(owner)) === undefined) {
      await revokeKey(acting(ports, maker), { keyId, owner });
      return problem('unknown_merchant');
    }
    return answer(201, { ...keyView(made.record), key: made.key });
  }
  const { code, detail } = made;
  return code === 'too_many_keys'
    ? problem(code, { detail })
    : fieldProblem({ pointer: '/expiresAt', code, detail });
}

async function listKeys(
  ports: KeyRoutePorts,
  owner: MerchantId | undefined,
  query: KeyPage,
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
    positionOf: (text) => keyIdSchema().safeParse(text).data,
  };
}

function revoked(result: Awaited<ReturnType<typeof revokeKey>>): Answer {
  return result === 'revoked' ? answer(204) : problem(result);
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
