import { whoAmI } from '../../api/whoami/whoami-contract.ts';
import type { AnswerOf } from '../asking/console-api.ts';
import type { Frame } from '../site/page.ts';
import { page } from '../site/page.ts';
import { KeyValues } from '../view/data/key-values.tsx';
import { PageHeader } from '../view/page/page-header.tsx';

type Props = AnswerOf<typeof whoAmI>;

export const overviewPage = page({
  path: '/overview',
  who: 'operator',
  load: ({ api }) => api.ask(whoAmI),
  title: (text) => text.overview.title,
  place: () => ({ current: 'overview' }),
  view: Overview,
});

function Overview({ service }: Props, { ui, text: { overview } }: Frame) {
  const seconds = (count: number) => overview.seconds(ui.format.number(count));
  return (
    <>
      <PageHeader title={overview.title} lead={overview.lead} />
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
