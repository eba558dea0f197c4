import { LOCAL_ACCOUNT, LOCAL_REGION } from '../../template/intrinsics.ts';
import type { Call } from '../callers/caller.ts';

type Entry = Readonly<Record<string, unknown>>;

/** What an EventBridge request does: each event is put to its own bus. */
export function eventCalls(operation: string, input: Readonly<Record<string, unknown>>): readonly Call[] {
  const entries = Array.isArray(input.Entries) ? (input.Entries as readonly Entry[]) : [];
  return entries.map(({ EventBusName = 'default', Source, DetailType }) => ({
    action: `events:${operation}`,
    resource: busArn(String(EventBusName)),
    keys: { 'events:source': [String(Source)], 'events:detail-type': [String(DetailType)] },
  }));
}

function busArn(given: string): string {
  return given.startsWith('arn:')
    ? given
    : `arn:aws:events:${LOCAL_REGION}:${LOCAL_ACCOUNT}:event-bus/${given}`;
}
