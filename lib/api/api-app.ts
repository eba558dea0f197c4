import { type Context, Hono } from 'hono';
import { SETTINGS_MAX_AGE_MS } from '../core/deliver/attempt/target.ts';
import type { ConfigCache } from '../core/merchants/config-cache.ts';
import {
  type Authenticate,
  type Authentication,
  type Caller,
  INVALID_KEY,
} from '../core/merchants/keys/access-keys.ts';
import type { AuthenticateSession } from '../core/merchants/sessions/session-caller.ts';
import type { QueryLimit } from '../core/query/query-limit.ts';
import { ORIGIN_HEADER } from '../settings.ts';
import { keyFor, merchantOf, refusedKey } from './access.ts';
import { formForAdmins } from './contract/for-admins.ts';
import {
  type Answer,
  type Fields,
  type Handler,
  type Input,
  type Operation,
  problem,
} from './contract/operation.ts';
import { allowedMethods, type OperationPlace } from './http/allowed-methods.ts';
import { isAroundProxy } from './http/around-proxy.ts';
import type { AppEnv } from './http/http-event.ts';
import { publicOrigin } from './http/public-origin.ts';
import { readBody, readParams, readQuery } from './http/request-reading.ts';
import { faultProblem, type RespondPorts, respond } from './http/responding.ts';

/** The pages for people, which another function serves. */
const CONSOLE_PATH = '/console';

export interface AppPorts extends RespondPorts {
  readonly authenticate: Authenticate;
  /** For requests of the console, which name a session instead of a key. Default: they are refused. */
  readonly authenticateSession?: AuthenticateSession;
  /** Knows whether the merchant exists that an admin names. */
  readonly configs: ConfigCache;
  /** Limits one merchant's concurrent large queries. Required if any route has `isLarge`. */
  readonly limit?: QueryLimit;
  /** Where all operations of the API are, for the function that answers unmatched requests. Default: those of `routes`. */
  readonly operations?: readonly OperationPlace[];
  /** What the proxy in front sends with each request. Others are told that nothing is here. Default: no proxy. */
  readonly originSecret?: string | undefined;
  /** The address of the service. Default: that of each request. */
  readonly publicUrl?: string | undefined;
}

/** An operation and its handler. */
export interface Route {
  readonly operation: Operation;
  readonly handle: (input: Input<Operation>) => Promise<Answer>;
}

/** Binds a handler to its operation. The compiler checks that their types agree. */
export function route<O extends Operation>(operation: O, handle: Handler<O>): Route {
  return { operation, handle: handle as Route['handle'] };
}

/**
 * The HTTP app of one function. Authenticates, validates and handles each request, then adds the envelope and signs.
 *
 * @param own the routes; those that have a form for admins get it here
 */
export function createApp(ports: AppPorts, own: readonly Route[]): Hono<AppEnv> {
  const routes = own.flatMap((one) => [one, ...routesForAdmins(ports, one)]);
  if (ports.limit === undefined && routes.some(({ operation }) => operation.isLarge !== undefined)) {
    throw new Error('Large questions need a limit.');
  }
  const app = new Hono<AppEnv>();
  const operations = ports.operations ?? routes.map(({ operation }) => operation);
  const refuse = (c: Context<AppEnv>, answer: Answer, fault?: unknown) =>
    respond(ports, c, { answer, startedMs: ports.clock.now(), fault });
  app.use((c, next) => {
    if (isAroundProxy(ports.originSecret, c.req.header(ORIGIN_HEADER)))
      return refuse(c, problem('not_found'));
    // Must run before any route: this request replaces one that the Fetch API cannot represent.
    const refusal = c.env?.refusal;
    if (refusal === undefined) return next();
    return refuse(c, refusal === 'malformed_request' ? problem(refusal) : unserved(operations, c));
  });
  for (const { operation, handle } of routes) {
    const path = operation.path.replaceAll(/\{(\w+)\}/g, ':$1');
    app.on(operation.method.toUpperCase(), path, (c) => serve(ports, c, { operation, handle }));
  }
  app.notFound((c) => (isVisit(c) ? c.redirect(CONSOLE_PATH) : refuse(c, unserved(operations, c))));
  app.onError((error, c) => refuse(c, faultProblem(error), error));
  return app;
}

/**
 * The route of the form for admins, if there is one. An unknown merchant is refused here: an empty list would say that
 * nothing is wrong with a merchant whose id was mistyped.
 */
function routesForAdmins({ configs, clock }: AppPorts, { operation: own, handle }: Route): readonly Route[] {
  const operation = formForAdmins(own);
  if (operation === undefined) return [];
  const handleKnown: Route['handle'] = async (input) => {
    const isKnown = (await configs.get(input.merchantId, clock.now() - SETTINGS_MAX_AGE_MS)) !== undefined;
    return isKnown ? handle(input) : problem('unknown_merchant');
  };
  return [{ operation, handle: handleKnown }];
}

/** Whether a person opened the address of the service in a browser. */
function isVisit({ req }: Context): boolean {
  return req.method === 'GET' && req.path === '/' && /\btext\/html\b/.test(req.header('accept') ?? '');
}

const NOWHERE: Answer = problem('not_found', {
  detail: `Paths of the API begin with /v1/. Its reference is at /docs, the console at ${CONSOLE_PATH}.`,
});

function unserved(operations: readonly OperationPlace[], c: Context): Answer {
  const allowed = allowedMethods(operations, c.req.path);
  // Resolving dots can turn an unknown path into a known one. The raw path is still unknown.
  if (allowed.length === 0 || allowed.includes(c.env?.method ?? c.req.method)) return NOWHERE;
  return problem('method_not_allowed', { headers: { allow: allowed.join(', ') } });
}

async function serve(ports: AppPorts, c: Context<AppEnv>, { operation, handle }: Route): Promise<Response> {
  const startedMs = ports.clock.now();
  let caller: Caller | undefined;
  let fault: unknown;
  const run = async (): Promise<Answer> => {
    try {
      if (operation.scopes.length > 0) {
        const authentication = await authenticate(ports, c, operation);
        if (authentication.kind === 'refused') return refusedKey(authentication);
        if (await isOfErased(ports, operation, authentication.caller)) return problem('invalid_key');
        caller = authentication.caller;
      }
      const origin = ports.publicUrl ?? publicOrigin(c.req.url, (name) => c.req.header(name));
      return await handleFor(
        c,
        { operation, handle: limited(ports, { operation, handle }) },
        { caller, origin },
      );
    } catch (error) {
      fault = error;
      return faultProblem(error);
    }
  };
  const answer = await run();
  return respond(ports, c, { answer, startedMs, caller, fault });
}

function authenticate(
  ports: Pick<AppPorts, 'authenticate' | 'authenticateSession'>,
  c: Context<AppEnv>,
  operation: Operation,
): Promise<Authentication> {
  const session = c.env?.session;
  if (session !== undefined) return ports.authenticateSession?.(session) ?? Promise.resolve(INVALID_KEY);
  return ports.authenticate(c.req.header('authorization'), { isFresh: operation.freshKey === true });
}

/**
 * Whether the caller acts for a merchant that was erased: a cached key, or the session of an operator in a merchant's place.
 * Operations with the merchant in their path say themselves what they answer.
 */
async function isOfErased(
  { configs, clock }: Pick<AppPorts, 'configs' | 'clock'>,
  { merchant }: Operation,
  { merchantId }: Caller,
): Promise<boolean> {
  if (merchantId === undefined || merchant === 'path') return false;
  const config = await configs.get(merchantId, clock.now() - SETTINGS_MAX_AGE_MS);
  return config === undefined && configs.isErased(merchantId);
}

/** Limits the concurrent large queries about one merchant. Above the limit, the caller gets 429 and waits before it retries. */
function limited({ limit }: AppPorts, { operation, handle }: Route): Route['handle'] {
  return async (input) => {
    const [query, body]: readonly unknown[] = [input.query, input.body];
    const isLarge = operation.isLarge?.((query ?? {}) as Fields, (body ?? {}) as Fields) ?? false;
    if (limit === undefined || !isLarge) return handle(input);
    const admission = await limit.enter(input.merchantId, input.caller.scope === 'admin' ? 'admin' : 'own');
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

interface Sender {
  readonly caller: Caller | undefined;
  readonly origin: string;
}

/** Checks key, ids and scope before it reads query and body, so that an unauthorized caller learns nothing. */
async function handleFor(
  c: Context<AppEnv>,
  { operation, handle }: Route,
  { caller = { keyId: '', scope: 'receiver' }, origin }: Sender,
): Promise<Answer> {
  const params = readParams(c, operation);
  if (!params.ok) return params.problem;
  const about = merchantOf(operation, caller, params.value);
  if (about === undefined) return problem('insufficient_scope', { detail: keyFor(operation) });
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
    origin,
  } as Input<Operation>);
}
