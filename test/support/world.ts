import { memoryDeadLetterQueue } from '../../lib/adapters/memory/delivery/memory-dead-letters.ts';
import { memoryFiles } from '../../lib/adapters/memory/feed/memory-statements.ts';
import { createMemoryStores, type MemoryStores } from '../../lib/adapters/memory/memory-stores.ts';
import { alertsRoutes } from '../../lib/api/alerts/alerts-routes.ts';
import { createApp } from '../../lib/api/api-app.ts';
import { auditLogRoutes } from '../../lib/api/audit-log/audit-log-routes.ts';
import { deadLettersRoutes } from '../../lib/api/dead-letters/dead-letters-routes.ts';
import { deliveriesRoutes } from '../../lib/api/deliveries/deliveries-routes.ts';
import { endpointRoutes } from '../../lib/api/endpoints/endpoints-routes.ts';
import { testingRoutes } from '../../lib/api/endpoints/test-routes.ts';
import { keyRoutes } from '../../lib/api/keys/keys-routes.ts';
import { eraseRoutes } from '../../lib/api/merchants/erase-routes.ts';
import { merchantRoutes } from '../../lib/api/merchants/merchants-routes.ts';
import { settlingRoutes } from '../../lib/api/notifications/settle-routes.ts';
import { undeliveredRoutes } from '../../lib/api/notifications/undelivered-routes.ts';
import { overviewRoutes } from '../../lib/api/overview/overview-routes.ts';
import { parkedRoutes } from '../../lib/api/parked/parked-routes.ts';
import { portalLinkRoutes } from '../../lib/api/portal-links/portal-links-routes.ts';
import { publicKeysRoutes } from '../../lib/api/public-keys/public-keys-routes.ts';
import { reconcilingRoutes } from '../../lib/api/reconciliations/reconciliations-routes.ts';
import { redeliveryRoutes } from '../../lib/api/redeliveries/redeliveries-routes.ts';
import { statementRoutes } from '../../lib/api/statements/statements-routes.ts';
import { statsRoutes } from '../../lib/api/stats/stats-routes.ts';
import { askingRoutes } from '../../lib/api/transactions/ask-routes.ts';
import { recordingRoutes } from '../../lib/api/transactions/record-routes.ts';
import { unresolvedRoutes } from '../../lib/api/unresolved/unresolved-routes.ts';
import { whoAmIRoutes } from '../../lib/api/whoami/whoami-routes.ts';
import { windowRoutes } from '../../lib/api/windows/windows-routes.ts';
import { auditPartitions } from '../../lib/core/bookkeeping/audit.ts';
import { closePartitions } from '../../lib/core/bookkeeping/close.ts';
import { statePartitions } from '../../lib/core/bookkeeping/statements/make-statements.ts';
import { handleCheckMessage } from '../../lib/core/check-back/check-messages.ts';
import { countWrites } from '../../lib/core/counts/count-writes.ts';
import {
  countedInWrite,
  expectationInWrite,
  type StoredExpectation,
  type StreamedWrite,
} from '../../lib/core/counts/counted-writes.ts';
import type { CallbackRequest, Exchange, Patience } from '../../lib/core/deliver/attempt/sender.ts';
import type { Due } from '../../lib/core/deliver/dispatcher.ts';
import { createHealthMonitor } from '../../lib/core/deliver/health/health-monitor.ts';
import { handleMessage } from '../../lib/core/deliver/messages.ts';
import { createRateLimiter } from '../../lib/core/deliver/rate/rate-limiter.ts';
import { relay } from '../../lib/core/deliver/relay.ts';
import type { NotificationMessage } from '../../lib/core/deliver/state/notification.ts';
import type { Lane, ServiceEvent } from '../../lib/core/events.ts';
import { createConfigCache } from '../../lib/core/merchants/config-cache.ts';
import { LEAD } from '../../lib/core/merchants/dated-writes.ts';
import { runErasures } from '../../lib/core/merchants/erasing/run-erasures.ts';
import { createAuthenticator } from '../../lib/core/merchants/keys/access-keys.ts';
import type { GeneratedSecret } from '../../lib/core/merchants/secrets/service-secret.ts';
import { createSessionAuthenticator } from '../../lib/core/merchants/sessions/session-caller.ts';
import type { Outcome } from '../../lib/core/model.ts';
import { createAnswerSigner } from '../../lib/core/query/answer-signer.ts';
import { createQueryLimit } from '../../lib/core/query/query-limit.ts';
import type { CheckMessage } from '../../lib/core/record/pending-check.ts';
import type { Scope } from '../../lib/protocol/contract-words.ts';
import { assertDescribed } from './contract.ts';

/** The whole service in one process on in-memory adapters, with a clock that the test controls. */

const ROOT_SECRET = 'rootsecretrootsecretrootsecret';
/** The time at which a world starts. */
export const START_MS = Date.parse('2026-11-20T08:00:00.000Z');

/** Longer than the delay before a change takes effect. */
const MADE_BEFORE_MS = 10_000;

type Message = NotificationMessage | CheckMessage;

/** A queued message and the time at which it is due. */
export interface Sent {
  readonly lane: Lane;
  readonly message: Message;
  readonly atMs: number;
}

export function createWorld(
  options: {
    /** When the feed index shows an outcome. Default: at once. */
    readonly indexedAtMs?: (outcome: Outcome) => number;
    readonly feedLagSeconds?: number;
    readonly rootKey?: GeneratedSecret;
    /** Default: new ones in memory. */
    readonly stores?: MemoryStores;
    /** Milliseconds since 1970. Default: {@link START_MS}. */
    readonly startMs?: number;
  } = {},
) {
  const time = { nowMs: options.startMs ?? START_MS };
  const clock = { now: () => time.nowMs };
  const timer = {
    sleep: async (ms: number) => {
      time.nowMs += ms;
    },
  };
  let drawn = 0;
  const random = {
    fraction: () => 0,
    bytes: (size: number) => {
      drawn += 1;
      // The byte pattern repeats after 256 draws, so the round number is mixed in.
      const round = Math.floor(drawn / 256);
      return Uint8Array.from({ length: size }, (_, index) => (index * (31 + 2 * round) + drawn * 17) % 256);
    },
  };
  const inserted: Outcome[] = [];
  const written: StreamedWrite[] = [];
  let sequence = 0;
  const streamed = () => {
    sequence += 1;
    return { sequence: String(sequence).padStart(40, '0'), writtenMs: time.nowMs };
  };
  const stores =
    options.stores ??
    createMemoryStores({
      clock,
      onInsert: (outcome) => inserted.push(outcome),
      onNotification: (notification) => {
        const write = countedInWrite(notification, streamed());
        if (write !== undefined) written.push(write);
      },
      onExpectation: (stored: StoredExpectation) => written.push(expectationInWrite(stored, streamed())),
      ...options,
    });
  const { contents: files, ...bucket } = memoryFiles();
  const events: ServiceEvent[] = [];
  const queue: Sent[] = [];
  const deadLetters: { body: string; reason: string }[] = [];
  const deadLetterQueues = {
    lanes: memoryDeadLetterQueue({ queue: 'lanes', clock, onBack: ({ body }) => void setBack.push(body) }),
    intake: memoryDeadLetterQueue({ queue: 'intake', clock, onBack: ({ body }) => void setBack.push(body) }),
  };
  /** Bodies of dead letters that were put back. */
  const setBack: string[] = [];
  const requests: CallbackRequest[] = [];
  const receiver = {
    answer: (_request: CallbackRequest, _patience?: Patience): Exchange | Promise<Exchange> => okExchange(),
  };
  const ports = {
    ...stores,
    ...bucket,
    healthStore: stores.health,
    configs: createConfigCache(stores.merchants),
    health: createHealthMonitor({
      health: stores.health,
      clock,
      reporter: { report: (event) => void events.push(event) },
    }),
    limiter: createRateLimiter({ slots: stores.slots, clock, timer, random }),
    clock,
    clockTrust: { assertTrusted: (): void => undefined },
    timer,
    lead: LEAD,
    random,
    callbackPolicy: { allowedPorts: [443], allowLoopback: false },
    retentionDays: 90,
    checkHorizonSeconds: 86_400,
    rootKey: options.rootKey ?? { value: async () => ROOT_SECRET },
    signingSecret: { value: async () => 'a secret that was generated when it was deployed' },
    feedLagSeconds: options.feedLagSeconds ?? 30,
    serviceVersion: '1.2.3',
    windowSeconds: 300,
    auditAfterSeconds: 900,
    seal: {
      seal: async (secret: string, context: string) => `${context}|${secret}`,
      open: async (sealed: string, context: string) => {
        if (!sealed.startsWith(`${context}|`)) throw new Error('sealed for somebody else');
        return sealed.slice(context.length + 1);
      },
    },
    reporter: { report: (event: ServiceEvent) => void events.push(event) },
    dispatcher: {
      sendNow: async (lane: Lane, messages: readonly Message[]) =>
        void queue.push(...messages.map((message) => ({ lane, message, atMs: time.nowMs }))),
      sendAt: async (message: Message, atMs: number) =>
        void queue.push({ lane: 'endpointId' in message ? 'retry' : 'check', message, atMs }),
      sendAllAt: async (due: readonly Due[]) =>
        void queue.push(
          ...due.map(
            ({ message, atMs }): Sent => ({
              lane: 'endpointId' in message ? 'retry' : 'check',
              message,
              atMs,
            }),
          ),
        ),
      backlog: async (lane: Lane) =>
        queue.filter((sent) => sent.lane === lane && sent.atMs <= time.nowMs).length,
    },
    sender: {
      send: async (request: CallbackRequest, patience?: Patience) => {
        requests.push(request);
        return receiver.answer(request, patience);
      },
    },
    deadLetterQueues,
    deadLetters: {
      add: async (letter: { readonly body: string; readonly reason: string }) =>
        void deadLetters.push(letter),
    },
  };
  const app = createApp(
    {
      configs: ports.configs,
      authenticate: createAuthenticator(ports),
      authenticateSession: createSessionAuthenticator(ports),
      sign: createAnswerSigner(ports),
      limit: createQueryLimit(ports),
      clock,
      reporter: ports.reporter,
    },
    [
      ...recordingRoutes(ports),
      ...askingRoutes(ports),
      ...windowRoutes(ports),
      ...reconcilingRoutes(ports),
      ...undeliveredRoutes(ports),
      ...statsRoutes(ports),
      ...deliveriesRoutes(ports),
      ...alertsRoutes(ports),
      ...statementRoutes(ports),
      ...settlingRoutes(ports),
      ...redeliveryRoutes(ports),
      ...merchantRoutes(ports),
      ...eraseRoutes(ports),
      ...endpointRoutes(ports),
      ...keyRoutes(ports),
      ...testingRoutes(ports),
      ...unresolvedRoutes(ports),
      ...publicKeysRoutes(ports),
      ...portalLinkRoutes(ports),
      ...auditLogRoutes(ports),
      ...whoAmIRoutes(ports),
      ...deadLettersRoutes(ports),
      ...parkedRoutes(ports),
      ...overviewRoutes(ports),
    ],
  );

  async function call(key: string | undefined, request: string, body?: unknown) {
    const [method = 'GET', path = '/'] = request.split(' ');
    const response = await app.request(path, {
      method,
      headers: {
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    // biome-ignore lint/suspicious/noExplicitAny: answers are checked field by field in the tests.
    const json = text === '' ? undefined : (JSON.parse(text) as any);
    const type = response.headers.get('content-type');
    // Every answer in a test must be one that the document describes.
    assertDescribed({ request, status: response.status, type, json });
    return { status: response.status, text, json, headers: response.headers };
  }

  const admin = `tk_root_${ROOT_SECRET}`;
  return {
    ports,
    app,
    call,
    admin,
    time,
    events,
    files,
    queue,
    deadLetters,
    setBack,
    requests,
    receiver,
    /** Creates a merchant with a key of each scope. */
    async merchant(merchantId: string, settings: object = {}) {
      const created = await call(admin, 'POST /v1/merchants', { merchantId, name: merchantId, ...settings });
      const key = async (scope: Scope): Promise<string> =>
        (await call(admin, `POST /v1/merchants/${merchantId}/keys`, { scope })).json.key;
      return {
        secret: created.json.secret as string,
        initiator: await key('initiator'),
        receiver: await key('receiver'),
        manager: await key('merchant'),
        /** Creates an endpoint that is already in effect, by setting the clock back meanwhile. */
        endpoint: async (endpoint: object = {}) => {
          const nowMs = time.nowMs;
          time.nowMs -= MADE_BEFORE_MS;
          const made = await call(admin, `POST /v1/merchants/${merchantId}/endpoints`, {
            url: 'https://shop.example/hooks',
            ...endpoint,
          });
          time.nowMs = nowMs;
          return made.json as { readonly endpointId: string; readonly secret: string };
        },
      };
    },
    /** Closes the windows (five minutes each) that ended at least a feed lag ago. */
    async closeWindows() {
      const deadlineMs = Number.POSITIVE_INFINITY;
      await closePartitions({ ...ports, windowSeconds: 300 }, { deadlineMs });
    },
    /** Audits the closed windows. */
    async audit() {
      await auditPartitions(ports, { deadlineMs: Number.POSITIVE_INFINITY });
    },
    /** Deletes the rows and files of erased merchants, as far as one run gets. */
    async eraseRows(deadlineMs = Number.POSITIVE_INFINITY) {
      await runErasures(ports, deadlineMs);
    },
    /** Creates the statements of the days whose last window is closed. */
    async stateDays(deadlineMs = Number.POSITIVE_INFINITY) {
      await statePartitions(ports, { deadlineMs });
    },
    /** Forgets the inserted outcomes, as if the stream had lost their records. */
    forgetInserted() {
      inserted.splice(0);
    },
    /** Forgets what the counts have yet to read, as if the stream had lost it. */
    forgetWritten() {
      written.splice(0);
    },
    /** Passes the inserted outcomes to the relay, as the stream does. */
    async relayAll() {
      const outcomes = inserted.splice(0);
      await relay(
        ports,
        outcomes.map((outcome, index) => ({
          kind: 'outcome' as const,
          recordId: String(index),
          outcome,
          payload: '{}',
        })),
      );
    },
    /** Counts the attempts that were stored since the last call, as the stream's second reader does. */
    async countAll() {
      await countWrites(ports, 'shard', written.splice(0));
    },
    /** Processes one queued message. */
    deliverOne(sent: Sent, receivedTimes = 1) {
      const { lane, message } = sent;
      const queued = { messageId: 'm', body: JSON.stringify(message), receivedTimes };
      return lane === 'check' ? handleCheckMessage(ports, queued) : handleMessage(ports, { ...queued, lane });
    },
    /** Processes all queued messages until none is left, moving the clock to each message's due time. */
    async drain(mostSteps = 1_000) {
      for (let step = 0; step < mostSteps; step += 1) {
        queue.sort((a, b) => a.atMs - b.atMs);
        const next = queue.shift();
        if (next === undefined) return;
        time.nowMs = Math.max(time.nowMs, next.atMs);
        await this.deliverOne(next);
      }
      throw new Error('The queue never ran dry.');
    },
  };
}

export function okExchange(body = ''): Exchange {
  return { kind: 'response', statusCode: 200, body, durationMs: 5 };
}

export function statusExchange(statusCode: number, retryAfter?: string): Exchange {
  return {
    kind: 'response',
    statusCode,
    body: '',
    durationMs: 5,
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

export const payment = (changes: object = {}) => ({
  transactionType: 'payment',
  status: 'SUCCEEDED',
  amount: 1999,
  currency: 'CNY',
  occurredAt: '2026-11-20T07:59:58Z',
  ...changes,
});
