import { endOfDate, type Statement } from '../../bookkeeping/statements/statement.ts';
import type { StatementStore } from '../../bookkeeping/statements/statement-store.ts';
import { closedThroughOf } from '../../feed/closed-through.ts';
import { oldestShown, type Reach } from '../../feed/watermark.ts';
import type { ConfigCache } from '../../merchants/config-cache.ts';
import type { Directory } from '../../merchants/directory.ts';
import type { MerchantId } from '../../model.ts';
import type { Clock, ClockTrust } from '../../runtime/environment.ts';
import { isoTime, msOf, SECOND_MS } from '../../time.ts';

/** Makes links to files. Anyone who has a link can fetch the file until the link expires. */
export interface StatementLinks {
  /** @param name the file name that a browser saves it under */
  link(file: string, options: { readonly seconds: number; readonly name: string }): Promise<string>;
}

/** Answers a request for a daily statement with a short-lived link. */

export interface StatementQueryPorts extends Reach {
  readonly statements: Pick<StatementStore, 'read' | 'newest'>;
  readonly links: StatementLinks;
  readonly directory: Pick<Directory, 'mark' | 'entry'>;
  readonly configs: ConfigCache;
  readonly clock: Clock;
  readonly clockTrust: ClockTrust;
}

/** Lifetime of a link. */
const LINK_SECONDS = 300;

export type StatementAnswer =
  | {
      readonly kind: 'statement';
      readonly asOf: string;
      readonly statement: Statement;
      readonly url: string;
      readonly expiresAt: string;
    }
  | {
      readonly kind: 'refused';
      readonly asOf: string;
      readonly code: 'unknown_statement';
    }
  | {
      readonly kind: 'refused';
      readonly asOf: string;
      readonly code: 'beyond_retention';
      readonly details: { readonly oldest: string };
    }
  | {
      readonly kind: 'refused';
      readonly asOf: string;
      readonly code: 'statement_not_ready';
      readonly details: {
        readonly timeZone: string;
        /** The earliest time at which the day's last window can be closed. The statement follows soon after. */
        readonly readyAfter: string;
        readonly closedThrough?: string;
      };
    };

export async function readStatement(
  ports: StatementQueryPorts,
  asked: { readonly merchantId: MerchantId; readonly date: string },
): Promise<StatementAnswer> {
  const nowMs = ports.clock.now();
  const asOf = isoTime(nowMs);
  const statement = await ports.statements.read(asked.merchantId, asked.date);
  ports.clockTrust.assertTrusted();
  if (statement === undefined) return explainMissing(ports, asked, nowMs);
  const oldest = oldestShown(ports, nowMs);
  if (statement.to < oldest) return { kind: 'refused', asOf, code: 'beyond_retention', details: { oldest } };
  const { merchantId, date, file } = statement;
  const name = `tidings-${merchantId}-${date}.csv`;
  const url = await ports.links.link(file, { seconds: LINK_SECONDS, name });
  return { kind: 'statement', asOf, statement, url, expiresAt: isoTime(nowMs + LINK_SECONDS * SECOND_MS) };
}

/** Why there is no statement: it never existed, it has expired, or it is not ready yet. */
async function explainMissing(
  ports: StatementQueryPorts,
  { merchantId, date }: { readonly merchantId: MerchantId; readonly date: string },
  nowMs: number,
): Promise<StatementAnswer> {
  const asOf = isoTime(nowMs);
  const profile = (await ports.configs.get(merchantId, nowMs))?.profile;
  if (profile === undefined) return { kind: 'refused', asOf, code: 'unknown_statement' };
  const { timeZone, createdAt } = profile;
  const end = endOfDate(date, timeZone);
  if (end <= createdAt) return { kind: 'refused', asOf, code: 'unknown_statement' };
  const oldest = oldestShown(ports, nowMs);
  if (end < oldest) return { kind: 'refused', asOf, code: 'beyond_retention', details: { oldest } };
  const [last] = await ports.statements.newest(merchantId, 1);
  // Days are stated in order. A day that was skipped is not stated later.
  if (last !== undefined && last.date > date) return { kind: 'refused', asOf, code: 'unknown_statement' };
  const closing = await closedThroughOf(ports.directory, merchantId);
  const windowMs = (closing?.windowSeconds ?? 1) * SECOND_MS;
  const readyMs = Math.ceil(msOf(end) / windowMs) * windowMs + ports.feedLagSeconds * SECOND_MS;
  const closedThrough = closing === undefined ? {} : { closedThrough: closing.closedThrough };
  const details = { timeZone, readyAfter: isoTime(readyMs), ...closedThrough };
  return { kind: 'refused', asOf, code: 'statement_not_ready', details };
}
