import { sendSigned } from './attempt.ts';
import { base62 } from './crypto.ts';
import { isLive } from './endpoints.ts';
import type { EndpointId, MerchantId } from './model.ts';
import type { Clock, MerchantStore, Random, Seal, Sender } from './ports.ts';
import { openSigners, sealContext } from './target.ts';
import { isoTime } from './time.ts';
import type { AttemptMade } from './transitions.ts';

/**
 * Sends one signed request to an endpoint now, so that its owner sees that it works; also to a disabled one, which
 * one would try before enabling it. Nothing is recorded, and the endpoint's health does not count it.
 */
export async function testEndpoint(
  ports: {
    readonly merchants: Pick<MerchantStore, 'read'>;
    readonly sender: Sender;
    readonly seal: Seal;
    readonly clock: Clock;
    readonly random: Random;
  },
  key: { readonly merchantId: MerchantId; readonly endpointId: EndpointId },
): Promise<
  | { readonly kind: 'tested'; readonly made: AttemptMade }
  | { readonly kind: 'refused'; readonly code: 'unknown_merchant' | 'unknown_endpoint' }
> {
  const { merchantId, endpointId } = key;
  const config = await ports.merchants.read(merchantId);
  if (config === undefined) return { kind: 'refused', code: 'unknown_merchant' };
  const endpoint = config.endpoints.find((one) => one.endpointId === endpointId && isLive(one));
  if (endpoint === undefined) return { kind: 'refused', code: 'unknown_endpoint' };
  const signers = await openSigners(ports, endpoint.secrets, {
    context: sealContext(merchantId, endpointId),
    choice: endpoint.signature,
  });
  const now = isoTime(ports.clock.now());
  const made = await sendSigned(ports, {
    id: `msg_test${base62(ports.random.bytes(12))}`,
    body: JSON.stringify({ type: 'tidings.test', timestamp: now, data: { merchantId, endpointId } }),
    target: {
      url: endpoint.url,
      timeoutMs: endpoint.timeoutMs,
      expectBody: endpoint.expectBody,
      signers,
    },
    number: 1,
  });
  return { kind: 'tested', made };
}
