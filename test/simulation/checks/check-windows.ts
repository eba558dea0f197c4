import { createHash } from 'node:crypto';
import type { DigestGroup } from '../../../lib/core/feed/digest.ts';
import { isTerminal, type TerminalOutcome } from '../../../lib/core/model.ts';
import { isoTime, msOf, SECOND_MS } from '../../../lib/core/time.ts';
import { paceMs } from '../stories/stories.ts';
import { FEED_LAG_SECONDS } from '../world/simulated-functions.ts';
import type { Evidence } from './check-evidence.ts';

/** Promise 4: closed windows agree with the table, and none had to be revised. */
export function windowsWrong({ stores, events, story, nowMs }: Evidence): string[] {
  const wrong = events
    .filter((event) => event.event === 'window_revised')
    .map((event) => `a closed window had to be revised: ${JSON.stringify(event)}`);
  const windowMs = story.windowSeconds * SECOND_MS;
  const closedMs = nowMs - FEED_LAG_SECONDS * SECOND_MS - 2 * paceMs(nowMs) - windowMs;
  const ends = [...stores.contents.outcomes.values()].filter(isTerminal);
  const rows = Map.groupBy(ends, ({ merchantId, listedAt }) => {
    const startMs = Math.floor(msOf(listedAt) / windowMs) * windowMs;
    return `${merchantId}#${isoTime(startMs)}`;
  });
  for (const [name, listed] of rows) {
    const [, start = ''] = name.split('#');
    if (msOf(start) + windowMs > closedMs) continue;
    const stands = stores.contents.windows.get(name);
    if (stands === undefined) wrong.push(`the window ${name} was never closed`);
    else if (JSON.stringify(stands.groups) !== JSON.stringify(groupsOf(listed)))
      wrong.push(`the window ${name} says otherwise than its rows`);
  }
  for (const name of stores.contents.windows.keys()) {
    if (!rows.has(name)) wrong.push(`the window ${name} was closed, and has no rows`);
  }
  return wrong;
}

/** Computed as a receiver in another language would: from the specification, without the service's code. */
function groupsOf(rows: readonly TerminalOutcome[]): DigestGroup[] {
  const groups = Map.groupBy(
    rows,
    ({ transactionType, status, currency }) => `${transactionType}\n${status}\n${currency}`,
  );
  return [...groups.entries()].sort().map(([name, members]) => {
    const [transactionType = '', status = '', currency = ''] = name.split('\n');
    const amount = members.reduce((sum, row) => sum + BigInt(row.amount), 0n).toString();
    const hash = members.reduce((sum, row) => (sum + numberOf(row)) % (1n << 128n), 0n);
    return {
      transactionType,
      status,
      currency,
      count: members.length,
      amount,
      hash: hash.toString(16).padStart(32, '0'),
    };
  });
}

function numberOf({ transactionId, version, status, amount, currency }: TerminalOutcome): bigint {
  const row = `${transactionId}\n${version}\n${status}\n${amount}\n${currency}`;
  return BigInt(`0x${createHash('sha256').update(row).digest('hex').slice(0, 32)}`);
}
