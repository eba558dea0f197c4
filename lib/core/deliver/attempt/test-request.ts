import { TEST_EVENT } from '../../../protocol/event-names.ts';
import { base62 } from '../../crypto.ts';
import { isLive } from '../../merchants/endpoints.ts';
import type { MerchantStore } from '../../merchants/merchant-store.ts';
import type { Seal } from '../../merchants/secrets/seal.ts';
import { sealContext } from '../../merchants/secrets/seal.ts';
import { expectBodyOf } from '../../merchants/settings/accepted-bodies.ts';
import { openHeaders } from '../../merchants/settings/custom-headers.ts';
import type { EndpointId, MerchantId } from '../../model.ts';
import type { Clock, Random } from '../../runtime/environment.ts';
import type { Gate } from '../../runtime/gate.ts';
import { isoTime, SECOND_MS } from '../../time.ts';
import type { AttemptMade } from '../state/transitions.ts';
import { sendSigned } from './make-attempt.ts';
import type { Sender } from './sender.ts';
import { openSigners } from './target.ts';

/** The HTTP API waits 30 s. The test must end before that, with time left to return the answer. */
const MAX_TIMEOUT_MS = 20 * SECOND_MS;
/** Shortest time between tests of one endpoint. Without it, callers could use tests to flood a third party's URL. */
const PAUSE_MS = 10 * SECOND_MS;
/** Margin beyond the time-out, so that a request has certainly ended before the next one begins. */
const MARGIN_MS = 2 * SECOND_MS;

interface TestPorts {
  readonly merchants: Pick<MerchantStore, 'read'>;
  readonly sender: Sender;
  readonly gate: Gate;
  readonly seal: Seal;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Sends one signed test request to an endpoint now, so that its owner can see whether it works. Works for a disabled
 * endpoint too, to test it before it is enabled. Records nothing and does not affect the endpoint's health. Each endpoint
 * has at most one test request in flight.
 */
export async function testEndpoint(
  ports: TestPorts,
  key: { readonly merchantId: MerchantId; readonly endpointId: EndpointId },
): Promise<
  | { readonly kind: 'tested'; readonly made: AttemptMade }
  | { readonly kind: 'refused'; readonly code: 'unknown_merchant' | 'unknown_endpoint' }
  | { readonly kind: 'too_soon'; readonly retryAfterSeconds: number }
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
  const timeoutMs = Math.min(endpoint.timeoutMs, MAX_TIMEOUT_MS);
  const nowMs = ports.clock.now();
  const untilMs = nowMs + Math.max(PAUSE_MS, timeoutMs + MARGIN_MS);
  const entry = await ports.gate.enter({ merchantId, name: `test#${endpointId}` }, { nowMs, untilMs });
  if (entry.kind === 'closed') {
    return {
      kind: 'too_soon',
      retryAfterSeconds: Math.max(Math.ceil((entry.untilMs - nowMs) / SECOND_MS), 1),
    };
  }
  const made = await sendSigned(ports, {
    id: `msg_test${base62(ports.random.bytes(12))}`,
    body: JSON.stringify({
      type: TEST_EVENT,
      timestamp: isoTime(nowMs),
      data: { merchantId, endpointId },
    }),
    target: {
      url: endpoint.url,
      timeoutMs,
      expectBody: expectBodyOf(endpoint),
      headers: await openHeaders(ports, endpoint),
      signers,
    },
    number: 1,
  });
  return { kind: 'tested', made };
}
