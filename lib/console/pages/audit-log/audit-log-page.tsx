import { listAuditLog } from '../../../api/audit-log/audit-log-contract.ts';
import { merchantIdSchema } from '../../../core/model.ts';
import { DAY_MS, isoTime, msOf } from '../../../core/time.ts';
import { ApiProblem } from '../../asking/api-problem.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import { type Frame, page } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { TextField } from '../../view/controls/fields.tsx';
import { FilterForm } from '../../view/controls/filters.tsx';
import { EmptyState } from '../../view/data/empty-state.tsx';
import { Pagination } from '../../view/data/table.tsx';
import { PageHeader } from '../../view/page/page-header.tsx';
import { AuditTable } from './audit-table.tsx';

type Fault = 'badRange' | 'unknownMerchant';

interface Filters {
  readonly merchantId: string | undefined;
  /** UTC days. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

interface Props {
  readonly found: AnswerOf<typeof listAuditLog>;
  readonly filters: Filters;
  readonly fault?: Fault | undefined;
  readonly isFirst: boolean;
}

const PATH = '/audit-log';
const PAGE_SIZE = '50';
const NOTHING = { items: [], hasMore: false };

export const auditLogPage = page({
  path: PATH,
  who: 'operator',
  async load({ api, query }): Promise<Props> {
    const cursor = query('cursor');
    const filters = { merchantId: query('merchantId'), from: dayOf(query('from')), to: dayOf(query('to')) };
    const { merchantId, from, to } = filters;
    const common = { filters, isFirst: cursor === undefined };
    if (from !== undefined && to !== undefined && from > to) {
      return { ...common, found: NOTHING, fault: 'badRange' };
    }
    if (merchantId !== undefined && !merchantIdSchema().safeParse(merchantId).success) {
      return { ...common, found: NOTHING, fault: 'unknownMerchant' };
    }
    const asked = {
      limit: PAGE_SIZE,
      ...(merchantId && { merchantId }),
      ...(from && { from: startOf(from) }),
      ...(to && { to: isoTime(msOf(startOf(to)) + DAY_MS) }),
      ...(cursor && { cursor }),
    };
    try {
      return { ...common, found: await api.ask(listAuditLog, { query: asked }) };
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.code !== 'unknown_merchant') throw error;
      return { ...common, found: NOTHING, fault: 'unknownMerchant' };
    }
  },
  title: (text) => text.auditLog.title,
  place: () => ({ current: 'auditLog' }),
  view: AuditLog,
});

/** A day as a form names it. What is none is no filter. */
const dayOf = (given: string | undefined) =>
  given !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(given) && !Number.isNaN(Date.parse(given))
    ? given
    : undefined;

const startOf = (day: string) => `${day}T00:00:00.000Z`;

function AuditLog({ found, filters, fault, isFirst }: Props, { ui, text }: Frame) {
  const { auditLog: words } = text;
  const { items, nextCursor } = found;
  const { merchantId, from, to } = filters;
  const isFiltered = merchantId !== undefined || from !== undefined || to !== undefined;
  return (
    <>
      <PageHeader title={words.title} lead={words.lead} />
      <FilterForm ui={ui} action={hrefOf(PATH)} clearHref={isFiltered ? hrefOf(PATH) : undefined}>
        <TextField
          ui={ui}
          name="merchantId"
          label={words.merchant}
          isCode
          value={merchantId ?? ''}
          {...(fault === 'unknownMerchant' && { error: words.unknownMerchant })}
        />
        <TextField ui={ui} name="from" label={words.from} type="date" value={from ?? ''} />
        <TextField
          ui={ui}
          name="to"
          label={words.to}
          type="date"
          value={to ?? ''}
          {...(fault === 'badRange' && { error: words.badRange })}
        />
      </FilterForm>
      {merchantId === undefined && <p class="quiet">{words.merchantHint}</p>}
      <AuditTable
        ui={ui}
        text={text}
        entries={items}
        isOfOneMerchant={merchantId !== undefined}
        empty={
          <EmptyState icon="auditLog" title={words.empty}>
            <p>{words.emptyText}</p>
          </EmptyState>
        }
      />
      <Pagination
        ui={ui}
        newerHref={isFirst ? undefined : hrefOf(PATH, {}, { ...filters })}
        olderHref={
          nextCursor === undefined ? undefined : hrefOf(PATH, {}, { ...filters, cursor: nextCursor })
        }
      />
    </>
  );
}
