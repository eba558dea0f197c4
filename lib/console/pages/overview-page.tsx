import { readStatsOperation } from '../../api/stats/stats-contract.ts';
import { whoAmI } from '../../api/whoami/whoami-contract.ts';
import type { AnswerOf } from '../asking/console-api.ts';
import type { Frame } from '../site/page.ts';
import { page } from '../site/page.ts';
import { KeyValues } from '../view/data/key-values.tsx';
import { PageHeader } from '../view/page/page-header.tsx';
import { dayBefore, type Hours, StatsCharts } from './parts/stats-charts.tsx';

interface Props {
  readonly service: AnswerOf<typeof whoAmI>['service'];
  readonly hours: Hours;
}

export const overviewPage = page({
  path: '/overview',
  who: 'operator',
  async load({ api, ui }): Promise<Props> {
    const [{ service }, { items }] = await Promise.all([
      api.ask(whoAmI),
      api.ask(readStatsOperation, { query: { from: dayBefore(ui.now) } }),
    ]);
    return { service, hours: items };
  },
  title: (text) => text.overview.title,
  place: () => ({ current: 'overview' }),
  view: Overview,
});

function Overview({ service, hours }: Props, { ui, text: { overview } }: Frame) {
  const seconds = (count: number) => overview.seconds(ui.format.number(count));
  return (
    <>
      <PageHeader title={overview.title} lead={overview.lead} />
      <StatsCharts ui={ui} hours={hours} />
      <section class="card">
        <KeyValues
          isWide
          items={[
            { key: overview.version, value: service.version },
            { key: overview.window, value: seconds(service.windowSeconds) },
            { key: overview.feedLag, value: seconds(service.feedLagSeconds) },
            { key: overview.audit, value: seconds(service.auditAfterSeconds) },
            { key: overview.retention, value: overview.days(ui.format.number(service.retentionDays)) },
          ]}
        />
      </section>
    </>
  );
}
