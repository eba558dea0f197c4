import type { Caller } from '../../core/merchants/keys/access-keys.ts';
import type { MerchantPorts } from '../../core/merchants/merchants.ts';
import {
  DEFAULT_LINK_SECONDS,
  makePortalLink,
  type PortalLinkPorts,
} from '../../core/merchants/sessions/portal-links.ts';
import type { MerchantId } from '../../core/model.ts';
import { acting, type WithoutTrail } from '../acting.ts';
import { type Route, route } from '../api-app.ts';
import { type Answer, answer, problem } from '../contract/operation.ts';
import { createOwnPortalLink, createPortalLink } from './portal-links-contract.ts';

type PortalRoutePorts = WithoutTrail<PortalLinkPorts> & Pick<MerchantPorts, 'merchants'>;

/** The page of the console that reads the token from the fragment and sends it. */
const ENTRY = '/console/enter';

interface Wanted {
  readonly merchantId: MerchantId | undefined;
  readonly origin: string;
  readonly expiresInSeconds: number | undefined;
}

export function portalLinkRoutes(ports: PortalRoutePorts): readonly Route[] {
  return [
    route(createPortalLink, async ({ caller, merchantId, body, origin }) => {
      if ((await ports.merchants.read(merchantId)) === undefined) return problem('unknown_merchant');
      return makeLink(ports, caller, { merchantId, origin, ...wantedOf(body) });
    }),
    route(createOwnPortalLink, ({ caller, body, origin }) =>
      makeLink(ports, caller, { merchantId: caller.merchantId, origin, ...wantedOf(body) }),
    ),
  ];
}

const wantedOf = ({ expiresInSeconds }: { readonly expiresInSeconds?: number | undefined }) => ({
  expiresInSeconds,
});

async function makeLink(ports: PortalRoutePorts, caller: Caller, wanted: Wanted): Promise<Answer> {
  const { merchantId, origin, expiresInSeconds = DEFAULT_LINK_SECONDS } = wanted;
  const made = await makePortalLink(acting(ports, caller), caller, { merchantId, expiresInSeconds });
  if (made === undefined) return problem('invalid_key');
  return answer(201, { url: `${origin}${ENTRY}#${made.token}`, expiresAt: made.expiresAt });
}
