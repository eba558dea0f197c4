import { listMerchants } from '../../../api/merchants/merchants-contract.ts';
import { readOverviewOperation } from '../../../api/overview/overview-contract.ts';
import { whoAmI } from '../../../api/whoami/whoami-contract.ts';
import { SECOND_MS } from '../../../core/time.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import { type Frame, page } from '../../site/page.ts';
import { CodeBlock } from '../../view/data/code-block.tsx';
import { EmptyState } from '../../view/data/empty-state.tsx';
import { KeyValues } from '../../view/data/key-values.tsx';
import { PageHeader, Section } from '../../view/page/page-header.tsx';
import { BalanceBar, type OverviewAnswer } from '../parts/balance-bar.tsx';
import { StatsCharts } from '../parts/stats-charts.tsx';
import { AttentionList } from './attention-list.tsx';
import { ProgressSection } from './progress-section.tsx';

interface Props {
  readonly service: AnswerOf<typeof whoAmI>['service'];
  readonly overview: OverviewAnswer;
  readonly merchants: AnswerOf<typeof listMerchants>;
}

export const overviewPage = page({
  path: '/overview',
  who: 'operator',
  async load({ api }): Promise<Props> {
    const [{ service }, overview, merchants] = await Promise.all([
      api.ask(whoAmI),
      api.ask(readOverviewOperation),
      api.ask(listMerchants, { query: { limit: '2' } }),
    ]);
    return { service, overview, merchants };
  },
  title: (text) => text.overview.title,
  place: () => ({ current: 'overview' }),
  view: Overview,
});

function Overview({ service, overview, merchants }: Props, { ui, text }: Frame) {
  const { overview: words } = text;
  const [first, ...others] = merchants.items;
  // Its lists are what an operator of one merchant looks for.
  const only = others.length === 0 && !merchants.hasMore ? first?.merchantId : undefined;
  return (
    <>
      <PageHeader title={words.title} lead={words.lead} />
      {first === undefined && !merchants.hasMore && <NothingYet ui={ui} text={text} />}
      <BalanceBar ui={ui} balance={overview.balance} merchantId={only} note={words.balanceTime} />
      <AttentionList ui={ui} text={text} overview={overview} merchantId={only} />
      <StatsCharts ui={ui} hours={overview.stats} />
      <ProgressSection ui={ui} text={text} overview={overview} service={service} />
      <Section id="service" title={words.service}>
        <Service service={service} ui={ui} text={text} />
      </Section>
    </>
  );
}

type Written = Pick<Frame, 'ui' | 'text'>;

interface ServiceProps extends Written {
  readonly service: Props['service'];
}

function Service({ service, ui, text: { overview: words } }: ServiceProps) {
  const time = (seconds: number) => ui.format.duration(seconds * SECOND_MS);
  return (
    <KeyValues
      isWide
      items={[
        { key: words.version, value: service.version },
        { key: words.window, value: time(service.windowSeconds) },
        { key: words.feedLag, value: time(service.feedLagSeconds) },
        { key: words.audit, value: time(service.auditAfterSeconds) },
        { key: words.retention, value: words.days(ui.format.number(service.retentionDays)) },
      ]}
    />
  );
}

const CREATE = `curl -X POST "$TIDINGS_URL/v1/merchants" -H "Authorization: Bearer $ADMIN_KEY" \\
  -H "Content-Type: application/json" -d '{"merchantId": "acme", "name": "Acme"}'`;

/** Nobody gets callbacks yet: says how to begin. */
function NothingYet({ ui, text: { overview: words } }: Written) {
  return (
    <EmptyState icon="merchants" title={words.empty}>
      <p>{words.emptyText}</p>
      <CodeBlock ui={ui} code={CREATE} language="shell" title={words.emptyCommand} isTitleHidden />
    </EmptyState>
  );
}
