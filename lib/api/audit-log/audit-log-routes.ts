import type { AuditEntry } from '../../core/merchants/audit-log/audit-entry.ts';
import type { LogOwner } from '../../core/merchants/audit-log/audit-trail.ts';
import type { MerchantStore } from '../../core/merchants/merchant-store.ts';
import type { MerchantId } from '../../core/model.ts';
import { type AuditLog, readAuditLog } from '../../core/query/audit-log.ts';
import type { Clock } from '../../core/runtime/environment.ts';
import { OTHER_MERCHANT } from '../access.ts';
import { type Route, route } from '../api-app.ts';
import { answer, problem } from '../contract/operation.ts';
import { type PagedList, pageEnd, readCursor } from '../list-cursor.ts';
import { listAuditLog } from './audit-log-contract.ts';

interface AuditLogRoutePorts {
  readonly auditLog: AuditLog;
  readonly merchants: Pick<MerchantStore, 'read' | 'tombstone'>;
  readonly clock: Clock;
}

const DEFAULT_PAGE = 50;

export function auditLogRoutes(ports: AuditLogRoutePorts): readonly Route[] {
  return [
    route(listAuditLog, async ({ caller, query }) => {
      const { merchantId, cursor, limit = DEFAULT_PAGE, ...range } = query;
      const own = caller.merchantId;
      if (own !== undefined && merchantId !== undefined && own !== merchantId) {
        return OTHER_MERCHANT;
      }
      const owner = own ?? merchantId;
      if (owner !== undefined && !(await hasLog(ports, owner))) {
        return problem('unknown_merchant');
      }
      const list = entryList(owner);
      const place = readCursor(list, cursor);
      if (place.kind === 'invalid') return place.problem;
      const { after } = place;
      const question = { owner, limit, ...range, ...(after !== undefined && { after }) };
      const { entries, next } = await readAuditLog(ports, question);
      return answer(200, { items: entries.map(entryView), ...pageEnd(list, next) });
    }),
  ];
}

/** The log of an erased merchant stays: it says who erased it, and when. */
async function hasLog(
  { merchants }: { readonly merchants: Pick<MerchantStore, 'read' | 'tombstone'> },
  merchantId: MerchantId,
): Promise<boolean> {
  return (
    (await merchants.read(merchantId)) !== undefined || (await merchants.tombstone(merchantId)) !== undefined
  );
}

/** Characters of a position: a time, a separator and an id. */
const ORDER_PATTERN = /^\d{4}-\d{2}-\d{2}T[\d:.]{8,12}Z#[A-Za-z0-9]{1,64}$/;

/** `from` and `to` are not part of the filter: they bound the same entries in the same order. */
function entryList(owner: LogOwner): PagedList<string> {
  return {
    name: 'audit-log',
    merchantId: owner,
    textOf: (order) => order,
    positionOf: (text) => (ORDER_PATTERN.test(text) ? text : undefined),
  };
}

function entryView({ entryId: _internal, ...shown }: AuditEntry): object {
  return shown;
}
