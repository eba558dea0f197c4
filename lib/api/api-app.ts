import { type Context, Hono } from 'hono';
import type { Clock, Reporter } from '../core/environment.ts';
import { Fault, isUnreadable } from '../core/faults.ts';
import type { Authenticate, Caller } from '../core/merchants/access-keys.ts';
import { permits } from '../core/merchants/access-keys.ts';
import { type MerchantId, merchantIdSchema } from '../core/model.ts';
import type { AnswerSigner } from '../core/query/answer-signer.ts';
import type { QueryLimit } from '../core/query/query-limit.ts';
import { isoTime } from '../core/time.ts';
import { allowedMethods } from './allowed-methods.ts';
import type { AppEnv } from './http-event.ts';
import { type Answer, type Handler, type Input, type Operation, problem } from './operation.ts';
import { PROBLEMS } from './problems.ts';
import { canonicalRequest, readBody, readParams, readQuery } from './request-reading.ts';

export interface AppPorts {
  readonly authenticate: Authenticate;
  readonly sign: AnswerSigner;
  readonly clock: Clock;
  readonly reporter: Reporter;
  /** Of one merchant's large questions; needed where a route has some. */
  readonly limit?: QueryLimit;
  /** Of the whole API: for the function that answers what no route names. Without it there are its own. */
  readonly operations?: readonly Operation[];
}

/** An operation with what serves it. */
export interface Route {
  readonly operation: Operation;
  readonly handle: (input: Input<Operation>) => Promise<Answer>;
}

/** Binds a handler to its operation, and checks that their types agree. */
export function route<O extends Operation>(operation: O, handle: Handler<O>): Route {
  return { operation, handle: handle as Route['handle'] };
}

/** Of a key that belongs to no merchant, on a request about none. */
const NO_MERCHANT = '' as MerchantId;

/** The HTTP app of one function: each request is authenticated, checked, handled, enveloped and signed. */
export function createApp(ports: AppPorts, routes: readonly Route[]): Hono<AppEnv> {
  if (ports.limit === undefined && routes.some(({ operation }) => operation.isLarge !== undefined)) {
    throw new Error('Large questions need a limit.');
  }
  const app = new Hono<AppEnv>();
  const operations = ports.operations ?? routes.map(({ operation }) => operation);
  const refuse = (c: Context<AppEnv>, answer: Answer, fault?: unknown) =>
    respond(ports, c, { answer, startedMs: ports.clock.now(), fault });
  app.use((c, next) => {
    // Before any route: the request is a stand-in for one that cannot be held.
    const refusal = c.env?.refusal;
    if (refusal === undefined) return next();
    return refuse(c, refusal === 'method_not_allowed' ? unserved(operations, c) : problem(refusal));
  });
  for (const { operation, handle } of routes) {
    const path = operation.path.replaceAll(/\{(\w+)\}/g, ':$1');
    app.on(operation.method.toUpperCase(), path, (c) => serve(ports, c, { operation, handle }));
  }
  app.notFound((c) => refuse(c, unserved(operations, c)));
  app.onError((error, c) => refuse(c, faultProblem(error), error));
  return app;
}

function unserved(operations: readonly Operation[], c: Context): Answer {
  const allowed = allowedMethods(operations, c.req.path);
  // A path that only looks like one with this method once its dots are resolved is none of ours.
  if (allowed.length === 0 || allowed.includes(c.env?.method ?? c.req.method)) return problem('not_found');
  return problem('method_not_allowed', { headers: { allow: allowed.join(', ') } });
}

async function serve(ports: AppPorts, c: Context<AppEnv>, { operation, handle }: Route): Promise<Response> {
  const startedMs = ports.clock.now();
  let caller: Caller | undefined;
  let fault: unknown;
  const run = async (): Promise<Answer> => {
    try {
      if (operation.scopes.length > 0) {
        const authentication = await ports.authenticate(c.req.header('authorization'), {
          isFresh: operation.freshKey === true,
        });
        if (authentication.kind === 'refused') return problem(authentication.code);
        caller = authentication.caller;
      }
      return await handleFor(c, { operation, handle: limited(ports, { operation, handle }) }, caller);
    } catch (error) {
      fault = error;
      return faultProblem(error);
    }
  };
  const answer = await run();
  return respond(ports, c, { answer, startedMs, caller, fault });
}

/** Large questions of one merchant wait for each other, at the asker's. */
function limited({ limit }: AppPorts, { operation, handle }: Route): Route['handle'] {
  return async (input) => {
    const query: unknown = input.query;
    const isLarge = operation.isLarge?.((query ?? {}) as Readonly<Record<string, unknown>>) ?? false;
    if (limit === undefined || !isLarge) return handle(input);
    const admission = await limit.enter(input.merchantId);
    if (admission.kind === 'busy') {
      const headers = { 'retry-after': String(admission.retryAfterSeconds) };
      return problem('too_many_queries', { headers });
    }
    try {
      return await handle(input);
    } finally {
      await admission.leave();
    }
  };
}

/** Checks in an order that tells a stranger nothing: key, ids, scope, and only then what was sent. */
async function handleFor(
  c: Context<AppEnv>,
  { operation, handle }: Route,
  caller: Caller = { keyId: '', scope: 'receiver' },
): Promise<Answer> {
  const params = readParams(c, operation);
  if (!params.ok) return params.problem;
  const about = merchantOf(operation, caller, params.value);
  if (about === undefined) return problem('insufficient_scope');
  const query = readQuery(c, operation);
  if (!query.ok) return query.problem;
  const body = await readBody(c, operation);
  if (!body.ok) return body.problem;
  return handle({
    params: params.value,
    query: query.value,
    body: body.value,
    caller,
    merchantId: about,
  } as Input<Operation>);
}

/** The merchant that the request is about, or undefined where the key may not ask for it. */
function merchantOf(operation: Operation, caller: Caller, params: unknown): MerchantId | undefined {
  if (operation.scopes.length === 0) return NO_MERCHANT;
  if (operation.merchant === 'path') {
    const merchantId = merchantIdSchema.parse((params as { readonly merchantId: unknown }).merchantId);
    return permits(caller, operation.scopes, merchantId) ? merchantId : undefined;
  }
  if (!permits(caller, operation.scopes)) return undefined;
  // A request about no merchant in particular is for keys of no merchant in particular.
  if (operation.merchant === 'none') return caller.merchantId === undefined ? NO_MERCHANT : undefined;
  if (operation.merchant === 'any') return caller.merchantId ?? NO_MERCHANT;
  return caller.merchantId;
}

function faultProblem(error: unknown): Answer {
  if (error instanceof Fault && error.code === 'clock_skew') return problem('clock_skew');
  if (isUnreadable(error)) return problem('unreadable_row');
  return problem(error instanceof Fault && error.retryable ? 'unavailable' : 'internal');
}

interface Outcome {
  readonly answer: Answer;
  readonly startedMs: number;
  readonly caller?: Caller | undefined;
  readonly fault?: unknown;
}

async function respond(ports: AppPorts, c: Context<AppEnv>, outcome: Outcome): Promise<Response> {
  const { answer, caller, startedMs } = outcome;
  const request = canonicalRequest(c);
  const asOf = answer.asOf ?? isoTime(startedMs);
  const status = answer.kind === 'problem' ? PROBLEMS[answer.code][0] : answer.status;
  let response: Response;
  try {
    response = await build(ports, { answer, status, envelope: envelopeOf(caller, request, asOf) });
  } catch (error) {
    // An answer that cannot be signed is not given: the receiver asks again.
    return respond(ports, c, { answer: faultProblem(error), startedMs, fault: error });
  }
  ports.reporter.report({
    event: 'request',
    request,
    statusCode: response.status,
    durationMs: ports.clock.now() - startedMs,
    ...(answer.kind === 'problem' && { code: answer.code }),
    ...(caller !== undefined && { keyId: caller.keyId }),
    ...(caller?.merchantId !== undefined && { merchantId: caller.merchantId }),
    ...(outcome.fault !== undefined && { fault: String(outcome.fault) }),
  });
  return response;
}

interface Envelope {
  readonly merchantId: MerchantId;
  readonly request: string;
  readonly asOf: string;
}

/** Answers to keys of a merchant's own say whose, to what and as of when they are: so none passes for another. */
function envelopeOf(caller: Caller | undefined, request: string, asOf: string): Envelope | undefined {
  const signs = caller?.scope === 'receiver' || caller?.scope === 'merchant';
  if (!signs || caller.merchantId === undefined) return undefined;
  return { merchantId: caller.merchantId, request, asOf };
}

async function build(
  ports: AppPorts,
  options: { readonly answer: Answer; readonly status: number; readonly envelope: Envelope | undefined },
): Promise<Response> {
  const { answer, status, envelope } = options;
  const content = answer.kind === 'problem' ? problemBody(answer, status) : answer.body;
  if (content === undefined) return new Response(null, { status });
  const body = JSON.stringify({ ...envelope, ...content });
  const signature = envelope === undefined ? {} : await ports.sign(envelope.merchantId, body);
  const type = answer.kind === 'problem' ? 'application/problem+json' : 'application/json';
  return new Response(body, {
    status,
    headers: {
      'content-type': type,
      'cache-control': 'no-store',
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...(answer.kind === 'problem' && answer.headers),
      ...signature,
    },
  });
}

function problemBody(answer: Extract<Answer, { kind: 'problem' }>, status: number): object {
  return {
    type: 'about:blank',
    title: PROBLEMS[answer.code][1],
    status,
    code: answer.code,
    ...(answer.errors !== undefined && { errors: answer.errors }),
    ...answer.extra,
  };
}
