import { exchange } from '../../protocol/http/transport.ts';
import type { JsonObject } from '../../protocol/json/json-values.ts';
import { system } from '../../protocol/runtime/machine.ts';

/**
 * Looks at what the receiver shows of a transaction, such as its order page, before and after callbacks. Nothing is known of
 * the page but whether it changes: a first callback must change it, and a repetition must not.
 */

export interface ObserverOptions {
  /** Address of the page, with `{transactionId}` or `{reference}` in it. */
  readonly template: string;
  /** How long the receiver may take to apply what it accepted. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

export interface Observer {
  /** What the page says now. */
  look(transaction: JsonObject): Promise<string>;
  /** Waits until the page differs, or the receiver has had its time. @returns what the page says then */
  lookAgain(transaction: JsonObject, before: string, waitMs?: number): Promise<string>;
}

/** What two series of callbacks did to the page. */
export type Observed =
  | { readonly kind: 'kept'; readonly page: string }
  | { readonly kind: 'changed'; readonly from: string; readonly to: string }
  /** The page cannot tell: `why` says so. */
  | { readonly kind: 'blind'; readonly why: string };

const POLL_MS = 50;
const TIMEOUT_MS = 10_000;
const MAX_PAGE_BYTES = 65_536;

export function createObserver({ template, waitMs, signal }: ObserverOptions): Observer {
  const look = async (transaction: JsonObject) => {
    const { origin, pathname, search } = new URL(pageOf(template, transaction));
    const exchanged = await exchange(
      {
        baseUrl: origin,
        headers: {},
        timeoutMs: TIMEOUT_MS,
        maxAnswerBytes: MAX_PAGE_BYTES,
        fetch: globalThis.fetch,
      },
      { method: 'GET', path: `${pathname}${search}` },
      signal,
    );
    if (exchanged.kind !== 'answered') return exchanged.kind.replaceAll('_', ' ');
    const { status, body } = exchanged.answer;
    return `${status} ${Buffer.from(body).toString('utf8')}`.trim();
  };
  return {
    look,
    async lookAgain(transaction, before, forMs = waitMs) {
      const untilMs = performance.now() + forMs;
      for (;;) {
        const page = await look(transaction);
        if (page !== before || performance.now() >= untilMs) return page;
        await system.sleep(POLL_MS, signal);
      }
    },
  };
}

interface Sequence {
  readonly transaction: JsonObject;
  /** Callbacks that change the page. */
  readonly first: () => Promise<unknown>;
  /** Callbacks that must not change it. */
  readonly second: () => Promise<unknown>;
}

/** Sends both, and says what the second did. Without an observer, it only sends. */
export async function observed(
  observer: Observer | undefined,
  { transaction, first, second }: Sequence,
): Promise<Observed> {
  if (observer === undefined) {
    await first();
    await second();
    return { kind: 'blind', why: 'Pass --observe URL, an address that shows a transaction or its order.' };
  }
  const before = await observer.look(transaction);
  await first();
  const from = await observer.lookAgain(transaction, before);
  const calm = await observer.look(transaction);
  await second();
  if (from === before) {
    return {
      kind: 'blind',
      why: `${short(before)} stands at --observe before and after the first callback. Give an address that shows the transaction.`,
    };
  }
  if (calm !== from) {
    return {
      kind: 'blind',
      why: 'What --observe shows changes by itself. Give an address that shows only the transaction.',
    };
  }
  return comparison(from, await observer.lookAgain(transaction, from));
}

/** What callbacks that must have no effect did to the page. */
export async function untouched(
  observer: Observer | undefined,
  transaction: JsonObject,
  send: () => Promise<unknown>,
): Promise<Observed> {
  const before = await observer?.look(transaction);
  await send();
  if (observer === undefined || before === undefined) return { kind: 'blind', why: 'Pass --observe URL.' };
  return comparison(before, await observer.lookAgain(transaction, before));
}

function comparison(from: string, to: string): Observed {
  return from === to ? { kind: 'kept', page: from } : { kind: 'changed', from, to };
}

const SHOWN = 60;

/** The beginning of what the page says. */
export function short(page: string): string {
  const line = page.replaceAll(/\s+/g, ' ');
  return line.length <= SHOWN ? line : `${line.slice(0, SHOWN)}…`;
}

export function pageOf(template: string, { transactionId, reference }: JsonObject): string {
  return template
    .replaceAll('{transactionId}', encodeURIComponent(String(transactionId)))
    .replaceAll('{reference}', encodeURIComponent(String(reference ?? '')));
}
