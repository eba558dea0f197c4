import { randomUUID } from 'node:crypto';
import type { AwsInput, JsonService } from '../aws/aws-server.ts';
import { messageOf } from '../errors.ts';
import type { Pattern } from '../event-sources/pattern.ts';
import { eventCalls } from '../iam/calls/event-calls.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../template/intrinsics.ts';
import type { Json } from '../template/json-object.ts';
import { isObject, jsonTextOf } from '../template/json-object.ts';

/** An event as rules see it. */
export type BusEvent = Readonly<Record<string, unknown>>;

/** A rule with an event pattern. */
export interface BusRule {
  readonly busName: string;
  readonly matches: Pattern;
  /** Resolves when every target has received the event. */
  deliver(event: BusEvent): Promise<void>;
}

type Entry = Readonly<Record<string, unknown>>;

/**
 * Stands in for EventBridge. `PutEvents` delivers each event to the matching rules before it answers. An entry that
 * could not be delivered is answered as failed, so no event has to be stored.
 */
export function eventBusService(rules: readonly BusRule[]): JsonService {
  return {
    targetPrefix: 'AWSEvents',
    calls: eventCalls,
    operations: {
      PutEvents: async (input: AwsInput) => {
        const entries = await Promise.all(
          ((input.Entries ?? []) as readonly Entry[]).map((entry) => put(rules, entry)),
        );
        return {
          FailedEntryCount: entries.filter(({ ErrorCode }) => ErrorCode !== undefined).length,
          Entries: entries,
        };
      },
    },
  };
}

async function put(rules: readonly BusRule[], entry: Entry): Promise<Readonly<Record<string, string>>> {
  const busName = String(entry.EventBusName ?? 'default').replace(/^.*event-bus\//, '');
  const event = toEvent(entry);
  if (event === undefined) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  try {
    const fitting = rules.filter((rule) => rule.busName === busName && rule.matches(event));
    await Promise.all(fitting.map((rule) => rule.deliver(event)));
    return { EventId: String(event.id) };
  } catch (error) {
    return { ErrorCode: 'InternalFailure', ErrorMessage: messageOf(error) };
  }
}

function toEvent(entry: Entry): BusEvent | undefined {
  const detail = readObject(entry.Detail);
  if (detail === undefined) return undefined;
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': entry.DetailType,
    source: entry.Source,
    account: LOCAL_ACCOUNT,
    time: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    region: LOCAL_REGION,
    resources: entry.Resources ?? [],
    detail,
  };
}

function readObject(text: unknown): Json | undefined {
  const value = jsonTextOf(String(text));
  return isObject(value) ? value : undefined;
}

/** Returns the part of an event that a target's `InputPath` names, such as `$.detail.order`. */
export function atPath(event: unknown, path: string): unknown {
  let value = event;
  for (const key of path.split('.').slice(1)) value = isObject(value) ? value[key] : undefined;
  return value;
}
