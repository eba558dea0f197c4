import type { Check, CheckMessage } from './check.ts';
import type { BucketDigest } from './digest.ts';
import type { Lane, ServiceEvent } from './events.ts';
import type { FeedKey } from './feed-order.ts';
import type { Circuit, Health } from './health.ts';
import type { KeyRecord } from './keys.ts';
import type { Endpoint, MerchantConfig, Profile } from './merchant.ts';
import type {
  MerchantId,
  Outcome,
  TerminalOutcome,
  TransactionId,
  TransactionKey,
  Version,
} from './model.ts';
import type {
  ListedKey,
  Notification,
  NotificationKey,
  NotificationMessage,
  NotificationState,
} from './notification.ts';
import type { Job } from './redelivery.ts';
import type { Statement } from './statement.ts';
import type { Window } from './windows.ts';

/** Every way in which the core reaches the world. Adapters implement these; the core never imports one. */

/** The wall clock, in milliseconds since 1970-01-01T00:00:00Z. */
export interface Clock {
  now(): number;
}

/** Whether this machine's clock may be compared with others' stamps, or stamp itself. */
export interface ClockTrust {
  /** @throws Fault `clock_skew` where the table's own clock contradicts this machine's */
  assertTrusted(): void;
}

/** Waiting, so that a virtual clock can skip it. */
export interface Timer {
  sleep(ms: number): Promise<void>;
}

/** Where all randomness comes from. */
export interface Random {
  /** A float, 0 inclusive to 1 exclusive; for jitter, never for secrets. */
  fraction(): number;
  /** `size` cryptographically strong random bytes. */
  bytes(size: number): Uint8Array;
}

/** One signed HTTP POST as it goes out: the bytes are final. */
export interface CallbackRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Bound on the whole exchange: DNS, connect, TLS, headers and body. */
  readonly timeoutMs: number;
}

/**
 * What came of a request. A receiver's refusal is a response, a broken connection is an `error` with a
 * stable code; neither is thrown. A response whose body is longer than what is read is still a response:
 * the receiver has answered, and how much it adds changes nothing.
 */
export type Exchange =
  | {
      readonly kind: 'response';
      readonly statusCode: number;
      /** The raw header, where there was one. */
      readonly retryAfter?: string;
      /** The first 16 KiB of the body, decoded as UTF-8. */
      readonly body: string;
      /** The body went on, and the rest was thrown away unread. */
      readonly bodyTruncated?: true;
      readonly durationMs: number;
    }
  | { readonly kind: 'error'; readonly code: ExchangeError; readonly durationMs: number };

/**
 * Stable codes of the ways in which an exchange fails before a whole answer was read; the table that
 * explains them is at `AttemptFailure` in `classify.ts`. `address_refused`: the guard refused the URL or an
 * address of its host, and nothing was sent.
 */
export type ExchangeError =
  | 'address_refused'
  | 'dns_failed'
  | 'connection_failed'
  | 'connection_reset'
  | 'tls_failed'
  | 'timeout'
  | 'invalid_response'
  | 'headers_too_large';

/** Makes one HTTP request of a notification. Never throws for what a receiver does. */
export interface Sender {
  send(request: CallbackRequest, patience?: Patience): Promise<Exchange>;
}

/** Whoever wants to know of an exchange that takes long while it still does. */
export interface Patience {
  readonly ms: number;
  /** Called once, where the exchange is not over by then. `giveUp` ends it there and then, as a time-out. */
  readonly onExceeded: (giveUp: () => void) => void;
}

/** Outcomes: written once, never changed. */
export interface OutcomeStore {
  /**
   * Writes unless that version stands already. One try, bounded in time and without retries inside, because
   * the stamp in `outcome` is only good for a moment. Throws a retryable Fault when it cannot tell.
   *
   * @throws Fault `clock_skew` where this machine's clock cannot be trusted with a stamp
   */
  putIfAbsent(outcome: Outcome, feedShard: number): Promise<'written' | 'exists'>;
  /** The same for a PENDING, which is not listed: together with its check, or not at all. */
  prepare(pending: Outcome, check: Check): Promise<'written' | 'exists'>;
  /** The outcome, however lately it was written. */
  read(key: TransactionKey & { readonly version: Version }): Promise<Outcome | undefined>;
  /** Every version of one transaction, oldest first; strongly consistent. */
  versions(key: TransactionKey): Promise<readonly Outcome[]>;
  /** A transaction with everything told of it, in one strongly consistent read. */
  transaction(key: TransactionKey): Promise<{
    readonly outcomes: readonly Outcome[];
    readonly notifications: readonly Notification[];
  }>;
  /** Ids of the transactions that carry `reference`, in their order, after `after`; soon after the write. */
  idsByReference(options: {
    readonly merchantId: MerchantId;
    readonly reference: string;
    readonly after?: TransactionId;
    readonly limit: number;
  }): Promise<{ readonly ids: readonly TransactionId[]; readonly more: boolean }>;
  /**
   * The PENDING of an ended transaction needs no check any more: that is resolved, and both expire a day after the end
   * does. Repeatable.
   */
  settlePending(end: Outcome): Promise<void>;
}

/** Items with a next attempt, written under the fence. */
export interface FencedStore<Key, Item extends Key> {
  /** Strongly consistent. */
  read(key: Key): Promise<Item | undefined>;
  /**
   * Writes where the item's `rev` is still `expectedRev` (no item: 0), or where there is none at all; false
   * where somebody else was first.
   */
  save(item: Item, expectedRev: number | 'absent'): Promise<boolean>;
  /** Moves `nextAttemptAt` to `until` and nothing else, where that and `rev` are still as they were read. */
  lease(item: Item, until: string): Promise<boolean>;
}

export interface NotificationStore extends FencedStore<NotificationKey, Notification> {
  /** Keys of a merchant's notifications in one state, listed from `from` to `to`, in that order; the index may be behind. */
  undelivered(options: {
    readonly merchantId: MerchantId;
    readonly state: NotificationState;
    readonly partition: number;
    readonly from: string;
    readonly to: string;
    /** Only what stands behind it, whichever partition it lies in. */
    readonly after?: ListedKey;
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<{ readonly keys: readonly ListedKey[]; readonly cursor?: string }>;
}

export interface CheckStore extends FencedStore<TransactionKey, Check> {
  /** Keys of what nobody could say the end of, of all merchants, oldest first; the index may be behind. */
  unresolved(options: {
    readonly partition: number;
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<{ readonly keys: readonly TransactionKey[]; readonly cursor?: string }>;
}

/** What has a next attempt: both kinds stand in one index. */
export type DueKey =
  | { readonly kind: 'notification'; readonly key: NotificationKey }
  | { readonly kind: 'check'; readonly key: TransactionKey };

export interface DueIndex {
  /** Keys whose next attempt was due before `before`, oldest first; the index may be behind. */
  page(options: {
    readonly partition: number;
    readonly before: string;
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<{ readonly keys: readonly DueKey[]; readonly cursor?: string }>;
}

/** The feed: a merchant's terminal outcomes as they were listed. An index: it may be behind by the feed lag. */
export interface FeedStore {
  /** Outcomes without metadata, `from` inclusive, `to` exclusive, in the order of the feed. */
  page(options: {
    readonly merchantId: MerchantId;
    readonly shard: number;
    readonly from: string;
    readonly to: string;
    /** Only what stands behind it, whichever shard it lies in. */
    readonly after?: FeedKey;
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<{ readonly rows: readonly TerminalOutcome[]; readonly cursor?: string }>;
}

/** Windows as they were closed. All reads are strongly consistent, and without bucket digests unless said otherwise. */
export interface WindowStore {
  read(merchantId: MerchantId, start: string): Promise<Window | undefined>;
  /** The bucket digests that were kept of this window, in the revision in which it was read. */
  buckets(window: Window): Promise<readonly BucketDigest[] | undefined>;
  /** Windows that start from `from` (inclusive) to `to` (exclusive), oldest first. */
  page(options: {
    readonly merchantId: MerchantId;
    readonly from: string;
    readonly to: string;
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<{ readonly windows: readonly Window[]; readonly cursor?: string }>;
  /** A window is closed once: whoever comes second changes nothing. */
  putIfAbsent(window: Window): Promise<boolean>;
  /** Replaces the window whose revision is still `expectedRevision` (undefined: there is none). */
  revise(window: Window, expectedRevision: number | undefined): Promise<boolean>;
}

/** Statements of days; strongly consistent. */
export interface StatementStore {
  read(merchantId: MerchantId, date: string): Promise<Statement | undefined>;
  /** Those of the last days, the newest first, `limit` at most. */
  newest(merchantId: MerchantId, limit: number): Promise<readonly Statement[]>;
  /** False where the day's statement is not of `expectedRevision` (undefined: there is none). */
  save(statement: Statement, expectedRevision: number | undefined): Promise<boolean>;
}

/** The files of statements, each written once. */
export interface StatementFiles {
  /** Writes a whole file as its pieces come, or none: where they end in a fault, it is thrown on. */
  write(file: string, pieces: AsyncIterable<Uint8Array>): Promise<void>;
}

/** Links under which whoever has them may fetch a file for a while. */
export interface StatementLinks {
  /** @param name under which a browser keeps it */
  link(file: string, options: { readonly seconds: number; readonly name: string }): Promise<string>;
}

/** What is done along time for every merchant: closing and auditing of windows, statements of days. */
export type Mark = 'closed' | 'audited' | 'stated';

/** From `through`, inclusive, to `until`, exclusive. */
export interface Stretch {
  readonly through: string;
  readonly until: string;
}

/** How far one merchant is behind its partition. */
export interface OwnMark {
  /**
   * All that may be undone of what the partition's mark has passed, or is about to pass. It ends with `until` and not
   * with the partition's mark, which a run that was overtaken knows only as it was.
   */
  readonly open?: Stretch;
  /** The fence: raised by every change. */
  readonly rev: number;
}

export interface DirectoryEntry {
  readonly merchantId: MerchantId;
  readonly createdAt: string;
  readonly own: Readonly<Record<Mark, OwnMark>>;
}

/** Every merchant, in 16 partitions, with how far each partition is closed, audited and stated. Strongly consistent. */
export interface Directory {
  list(partition: number): Promise<readonly DirectoryEntry[]>;
  /** One merchant's row; it lies in the partition of its id. */
  entry(merchantId: MerchantId): Promise<DirectoryEntry | undefined>;
  closed(
    partition: number,
  ): Promise<{ readonly closedThrough: string; readonly windowSeconds: number } | undefined>;
  /** Never goes back. */
  saveClosed(
    partition: number,
    mark: { readonly closedThrough: string; readonly windowSeconds: number },
  ): Promise<void>;
  /** Changes a merchant's own mark, or takes it away; false where somebody changed it since it was seen. */
  changeOwnMark(seen: DirectoryEntry, mark: Mark, open: Stretch | undefined): Promise<boolean>;
  audited(partition: number): Promise<string | undefined>;
  /** Never goes back. */
  saveAudited(partition: number, auditedThrough: string): Promise<void>;
  stated(partition: number): Promise<string | undefined>;
  /** Never goes back. */
  saveStated(partition: number, statedThrough: string): Promise<void>;
}

export interface JobStore {
  read(merchantId: MerchantId, jobId: string): Promise<Job | undefined>;
  /** Jobs that are not done, of all merchants: at most a few of each. */
  running(): Promise<readonly Pick<Job, 'merchantId' | 'jobId'>[]>;
  /** False where somebody else wrote since `expectedRev`; of a new job (0) also where its slot is taken. */
  save(job: Job, expectedRev: number): Promise<boolean>;
}

/** The health of what is called. */
export interface HealthStore {
  read(circuit: Circuit): Promise<Health | undefined>;
  /** False where somebody else wrote since `expectedRev` (no item: 0). */
  save(circuit: Circuit, health: Health, expectedRev: number): Promise<boolean>;
}

/** Keeps callers of one kind apart, each in a process of its own. */
export interface Gate {
  /** Lets one caller in and nobody else before `untilMs`; the others learn until when it is closed. */
  enter(
    circuit: Circuit,
    times: { readonly nowMs: number; readonly untilMs: number },
  ): Promise<{ readonly kind: 'entered' } | { readonly kind: 'closed'; readonly untilMs: number }>;
}

/** Merchants and their endpoints. Changes are conditional on the `rev` that was read. */
export interface MerchantStore {
  /** Profile and endpoints, strongly consistent; undefined for an unknown merchant. */
  read(merchantId: MerchantId): Promise<MerchantConfig | undefined>;
  /** Writes profile and directory row together; false where the merchant exists. */
  create(profile: Profile): Promise<boolean>;
  /** False where the item changed since it was read. */
  saveProfile(profile: Profile, expectedRev: number): Promise<boolean>;
  /** With a raised `rev` of the profile, so that endpoints are made one at a time; false where it changed. */
  createEndpoint(endpoint: Endpoint, expectedProfileRev: number): Promise<boolean>;
  /** False where the item changed since it was read. */
  saveEndpoint(endpoint: Endpoint, expectedRev: number): Promise<boolean>;
}

export interface KeyStore {
  read(keyId: string): Promise<KeyRecord | undefined>;
  create(key: KeyRecord): Promise<void>;
  /** False where there is no such key of that owner. */
  remove(keyId: string, owner: MerchantId | undefined): Promise<boolean>;
  /** The keys of a merchant, or those that belong to none; a page in order of their ids. */
  list(options: {
    readonly owner: MerchantId | undefined;
    readonly after?: string;
    readonly limit: number;
  }): Promise<{ readonly keys: readonly KeyRecord[]; readonly more: boolean }>;
}

/** A message, and when it is to be attempted. */
export interface Due<Message = NotificationMessage | CheckMessage> {
  readonly message: Message;
  readonly atMs: number;
}

/** Messages on their way to deliver and check. Each call returns only when every message is safely handed over. */
export interface Dispatcher {
  /** To be attempted now. */
  sendNow<L extends Lane>(lane: L, messages: readonly LaneMessage<L>[]): Promise<void>;
  /** To be attempted at `atMs` or soon after, by the retry or the check lane. Repeating the call is harmless. */
  sendAt(message: NotificationMessage | CheckMessage, atMs: number): Promise<void>;
  /** The same for many at once, in as few requests as it takes. */
  sendAllAt(due: readonly Due[]): Promise<void>;
  /** Messages waiting to be received in a lane, about. */
  backlog(lane: Lane): Promise<number>;
}

/** What a lane carries. */
type LaneMessage<L extends Lane> = L extends 'check' ? CheckMessage : NotificationMessage;

/** Where goes what cannot be read: kept with the reason, so that nothing is dropped and nobody waits. */
export interface Parking {
  park(record: {
    readonly recordId: string;
    readonly reason: string;
    readonly payload: string;
  }): Promise<void>;
}

/** Where a message ends that can never be worked off; operators look there. */
export interface DeadLetters {
  add(message: { readonly body: string; readonly reason: string }): Promise<void>;
}

/** Seals secrets for the table. `context` is bound to the sealed text: it opens with the same one only. */
export interface Seal {
  seal(secret: string, context: string): Promise<string>;
  open(sealed: string, context: string): Promise<string>;
}

/** A value that was generated when the service was deployed. */
export interface GeneratedSecret {
  value(): Promise<string>;
}

export interface Reporter {
  report(event: ServiceEvent): void;
}
