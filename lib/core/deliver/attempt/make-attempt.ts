import { callbackHeaders } from '../../../protocol/callback-form.ts';
import type { Signer } from '../../../protocol/signing/signed-headers.ts';
import type { ExpectBody } from '../../merchants/settings/accepted-bodies.ts';
import type { HeaderValues } from '../../merchants/settings/custom-headers.ts';
import type { Clock, Random } from '../../runtime/environment.ts';
import { SECOND_MS } from '../../time.ts';
import type { AttemptMade } from '../state/transitions.ts';
import type { Callback } from './callback.ts';
import { classify } from './classify.ts';
import { withoutValues } from './header-redaction.ts';
import type { Patience, Sender } from './sender.ts';

export interface AttemptPorts {
  readonly sender: Sender;
  readonly clock: Clock;
  readonly random: Random;
}

/** The destination of a signed request, and the keys that sign it. */
interface SignedTarget {
  readonly url: string;
  readonly timeoutMs: number;
  readonly expectBody?: ExpectBody | undefined;
  readonly headers?: HeaderValues;
  readonly signers: readonly Signer[];
}

/** One request to sign and send. */
interface SignedRequest extends Callback {
  readonly target: SignedTarget;
  readonly number: number;
  readonly patience?: Patience;
}

/** Makes one signed request and classifies its result. Never throws for what a receiver does. */
export async function sendSigned(ports: AttemptPorts, request: SignedRequest): Promise<AttemptMade> {
  const { id, body, target, number, patience } = request;
  const atMs = ports.clock.now();
  const timestamp = Math.floor(atMs / SECOND_MS);
  const span = Buffer.from(ports.random.bytes(8)).toString('hex');
  const exchange = await ports.sender.send(
    {
      url: target.url,
      timeoutMs: target.timeoutMs,
      body,
      headers: {
        // First: a custom header never replaces one of the service.
        ...target.headers,
        ...callbackHeaders({ id, body, timestamp, attempt: number, span }, target.signers),
      },
    },
    patience,
  );
  return {
    atMs,
    durationMs: exchange.durationMs,
    outcome: classify(exchange, { attemptAtMs: atMs, expectBody: target.expectBody }),
    body: withoutValues(exchange, target.headers),
  };
}
