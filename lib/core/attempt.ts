import { callbackBody, webhookIdOf } from './callback.ts';
import { classify } from './classify.ts';
import type { TerminalOutcome } from './model.ts';
import type { CallbackRequest, Clock, Random, Sender } from './ports.ts';
import { signedHeaders } from './signature.ts';
import type { Target } from './target.ts';
import { SECOND_MS } from './time.ts';
import type { AttemptMade } from './transitions.ts';

/** Makes one signed request, and says what it meant. Never throws for what a receiver does. */
export async function makeAttempt(
  ports: { readonly sender: Sender; readonly clock: Clock; readonly random: Random },
  options: { readonly outcome: TerminalOutcome; readonly target: Target; readonly number: number },
): Promise<AttemptMade> {
  const { target } = options;
  const atMs = ports.clock.now();
  const exchange = await ports.sender.send(callbackRequest(ports.random, { ...options, atMs }));
  return {
    atMs,
    durationMs: exchange.durationMs,
    outcome: classify(exchange, { attemptAtMs: atMs, expectBody: target.expectBody }),
    body: exchange.kind === 'response' ? exchange.body : '',
  };
}

function callbackRequest(
  random: Random,
  options: {
    readonly outcome: TerminalOutcome;
    readonly target: Target;
    readonly number: number;
    readonly atMs: number;
  },
): CallbackRequest {
  const { outcome, target, number, atMs } = options;
  const id = webhookIdOf(outcome);
  const body = callbackBody(outcome);
  const timestamp = Math.floor(atMs / SECOND_MS);
  const span = Buffer.from(random.bytes(8)).toString('hex');
  return {
    url: target.url,
    timeoutMs: target.timeoutMs,
    body,
    headers: {
      'content-type': 'application/json',
      ...signedHeaders({ id, timestamp, body }, target.signingKeys),
      'tidings-attempt': String(number),
      // One trace for all attempts of an outcome: the id is the hash inside the webhook id.
      traceparent: `00-${id.slice('msg_'.length)}-${span}-01`,
      'user-agent': 'Tidings/1',
    },
  };
}
