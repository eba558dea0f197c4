import { isObject, type JsonObject } from '../../protocol/json/json-values.ts';
import { type Concern, type Concerned, sumOf } from './merchants-concerned.ts';

/** What `/v1/overview` says, as lines of a page of 80 columns and 24 rows. */

export interface Need {
  readonly what: string;
  /** `25+` if there are more than the service counts. */
  readonly count: string;
  /** What it is about, such as the first ids. */
  readonly about: string;
  /** The command that shows them. */
  readonly command: string;
}

/** Windows that are closed or audited this much too late need attention. */
const MAX_BEHIND_SECONDS = 900;

export interface Whose {
  /** The merchant that the overview is about, if its commands have to name it. */
  readonly merchantId?: string;
  /** Of an overview of all merchants: those whose callbacks were not delivered, as far as they are known. */
  readonly concerned?: readonly Concerned[];
}

/** @returns what needs attention, the most urgent first; empty if all is well */
export function needsOf(
  { attention, closedBehindSeconds, auditedBehindSeconds }: JsonObject,
  whose: Whose = {},
): readonly Need[] {
  const seen = isObject(attention) ? attention : {};
  const ofMerchant = (command: string) => named(command, whose.merchantId);
  return [
    late('windows late', closedBehindSeconds),
    late('audits late', auditedBehindSeconds),
    ...queuesIn(seen.deadLetters),
    listed(seen.parked, { what: 'parked records', command: 'tidings parked list', of: parkedName }),
    counted(seen.lost, 'lost, re-made', 'docs/runbook.md'),
    listed(seen.unresolved, {
      what: 'unresolved',
      command: ofMerchant('tidings unresolved'),
      of: transactionName,
    }),
    ...undelivered(seen, 'exhausted', whose),
    ...undelivered(seen, 'blocked', whose),
    listed(seen.endpoints, {
      what: 'endpoints',
      command: ofMerchant('tidings endpoints list'),
      of: endpointName,
    }),
  ].filter((need) => need !== undefined);
}

const UNDELIVERED = {
  exhausted: { what: 'given up', command: 'tidings undelivered' },
  blocked: { what: 'blocked', command: 'tidings undelivered --state blocked' },
} as const satisfies Readonly<Record<Concern, Pick<Need, 'what' | 'command'>>>;

/** A line for each merchant whose callbacks these are, and one for those of merchants that are not known. */
function undelivered(
  seen: JsonObject,
  concern: Concern,
  { merchantId, concerned }: Whose,
): readonly (Need | undefined)[] {
  const { what, command } = UNDELIVERED[concern];
  const count = seen[concern];
  if (concerned === undefined || typeof count !== 'number') {
    return [counted(count, what, named(command, merchantId))];
  }
  const others = counted(count - sumOf(concerned, concern), what, 'tidings status --merchant ID');
  return [
    ...concerned.map(({ merchantId: id, counts }) => {
      const need = counted(counts[concern], what, named(command, id));
      return need && { ...need, about: `of ${id}` };
    }),
    others && { ...others, about: 'of another merchant' },
  ];
}

function named(command: string, merchantId: string | undefined): string {
  return merchantId === undefined ? command : `${command} --merchant ${merchantId}`;
}

/** `12 s`, `3 min`, `2 h`. */
export function durationText(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3_600)} h`;
}

function late(what: string, seconds: unknown): Need | undefined {
  if (typeof seconds !== 'number' || seconds <= MAX_BEHIND_SECONDS) return undefined;
  return { what, count: durationText(seconds), about: '', command: 'docs/runbook.md' };
}

function counted(count: unknown, what: string, command: string): Need | undefined {
  return typeof count === 'number' && count > 0
    ? { what, count: count.toLocaleString('en'), about: 'in 24 hours', command }
    : undefined;
}

function queuesIn(queues: unknown): readonly (Need | undefined)[] {
  return (Array.isArray(queues) ? queues.filter(isObject) : []).map(({ queue, count }) => {
    const need = counted(count, 'dead letters', 'tidings dead-letters list');
    return need === undefined ? undefined : { ...need, about: `in ${String(queue)}` };
  });
}

interface Listed {
  readonly what: string;
  readonly command: string;
  /** The name of an element. */
  readonly of: (item: JsonObject) => string;
}

function listed(list: unknown, { what, command, of }: Listed): Need | undefined {
  if (!isObject(list) || typeof list.count !== 'number' || list.count === 0) return undefined;
  const items = Array.isArray(list.items) ? list.items.filter(isObject) : [];
  return {
    what,
    count: `${list.count}${list.hasMore === true ? '+' : ''}`,
    about: items.map(of).join(', '),
    command,
  };
}

function transactionName({ merchantId, transactionId }: JsonObject): string {
  return `${String(merchantId)}/${String(transactionId)}`;
}

function parkedName({ outcome, recordId }: JsonObject): string {
  return isObject(outcome) ? transactionName(outcome) : String(recordId);
}

function endpointName({ endpointId, enabled, health }: JsonObject): string {
  const state = enabled === false ? 'disabled' : isObject(health) ? String(health.state) : 'unknown';
  return `${String(endpointId)} ${state}`;
}
