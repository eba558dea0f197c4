import { listAuditLog } from '../../../api/audit-log/audit-log-contract.ts';
import { readEndpoint } from '../../../api/endpoints/endpoints-contract.ts';
import { readStatsOperation } from '../../../api/stats/stats-contract.ts';
import type { ConsoleApi } from '../../asking/console-api.ts';
import { type Frame, page, type Visit } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { ActionForm, Button, LinkButton } from '../../view/controls/button.tsx';
import { SelectField } from '../../view/controls/fields.tsx';
import { Foreign } from '../../view/data/foreign.tsx';
import { Id, KeyValues } from '../../view/data/key-values.tsx';
import { Time } from '../../view/data/time.tsx';
import { HealthCard } from '../../view/endpoints/health-card.tsx';
import { PageHeader, Section } from '../../view/page/page-header.tsx';
import type { Endpoint } from '../parts/endpoint-cards.tsx';
import { dayBefore, type Hours, StatsCharts } from '../parts/stats-charts.tsx';
import { EDIT_ENDPOINT, ENDPOINT, ENDPOINTS, ROTATE_SECRET, TEST_ENDPOINT } from './endpoint-paths.ts';
import { Delete, Switch } from './endpoint-questions.tsx';
import { EndpointSettings } from './endpoint-settings.tsx';

interface Props {
  readonly merchantId: string;
  readonly endpoint: Endpoint;
  readonly hours: Hours;
  /** When the secrets were made, newest first, as far as the audit log tells: at most two. */
  readonly secretsAt: readonly string[];
}

export const endpointPage = page({
  path: ENDPOINT,
  who: 'merchant',
  async load(visit): Promise<Props> {
    const { api, session, params, ui } = visit;
    const { merchantId, endpointId } = params;
    const endpoint = await api.ask(readEndpoint, { params: { merchantId, endpointId } });
    const query = { from: dayBefore(ui.now), endpointId };
    const [{ items }, secretsAt] = await Promise.all([
      api.ask(readStatsOperation, { query: session.scope === 'admin' ? { ...query, merchantId } : query }),
      secretTimes(visit, endpoint),
    ]);
    return { merchantId, endpoint, hours: items, secretsAt };
  },
  title: (_text, { endpoint }) => endpoint.description ?? endpoint.url,
  place: ({ merchantId }) => ({ current: 'endpoints', merchant: { id: merchantId } }),
  view: EndpointView,
});

/** The newest entries of the audit log that are looked at. */
const ENTRIES = '100';

/** An endpoint has no times of its secrets: the audit log has those of the rotations. */
async function secretTimes({ api, session, params }: Visit<typeof ENDPOINT>, { createdAt }: Endpoint) {
  const { merchantId, endpointId } = params;
  const { items, hasMore } = await rotationsOf(api, session.scope === 'admin' ? { merchantId } : {});
  const rotations = items.filter(
    (entry) => entry.action === 'endpoint.secret_rotated' && entry.endpointId === endpointId,
  );
  const times = rotations.map(({ at }) => at);
  // With more entries than were looked at, nobody knows whether the first secret is in use.
  return (hasMore ? times : [...times, createdAt]).slice(0, 2);
}

function rotationsOf(api: ConsoleApi, of: { readonly merchantId?: string }) {
  return api.ask(listAuditLog, { query: { ...of, limit: ENTRIES } });
}

function EndpointView(props: Props, frame: Frame) {
  const { merchantId, endpoint, hours } = props;
  const { ui, text } = frame;
  const { endpoints: words } = text;
  const { endpointId } = endpoint;
  const attempts = hours.reduce((sum, hour) => sum + hour.attempts, 0);
  const delivered = hours.reduce((sum, hour) => sum + hour.delivered, 0);
  return (
    <>
      <PageHeader
        title={<Foreign text={endpoint.description ?? new URL(endpoint.url).host} />}
        crumbs={[{ label: words.title, href: hrefOf(ENDPOINTS, { merchantId }) }]}
        actions={
          <>
            <LinkButton href={hrefOf('/merchants/{merchantId}/deliveries', { merchantId }, { endpointId })}>
              {words.deliveries}
            </LinkButton>
            <LinkButton kind="main" href={hrefOf(EDIT_ENDPOINT, { merchantId, endpointId })}>
              {words.edit}
            </LinkButton>
          </>
        }
      />
      <div class="columns wide">
        <HealthCard
          ui={ui}
          endpoint={endpoint}
          counts={{ attempts, delivered, byHour: [] }}
          actions={
            <>
              {Switch({ merchantId, endpoint }, frame)}
              {Delete({ merchantId, endpoint }, frame)}
            </>
          }
        />
        <TestSection {...props} frame={frame} />
      </div>
      <StatsCharts ui={ui} hours={hours} />
      <EndpointSettings endpoint={endpoint} frame={frame} />
      <SecretSection {...props} frame={frame} />
    </>
  );
}

interface PartProps extends Props {
  readonly frame: Frame;
}

function TestSection({ merchantId, endpoint, frame: { text, csrf } }: PartProps) {
  const { endpoints: words } = text;
  const { endpointId } = endpoint;
  return (
    <Section id="test" title={words.test}>
      <p>{words.testText}</p>
      <ActionForm action={hrefOf(TEST_ENDPOINT, { merchantId, endpointId })} csrf={csrf}>
        <Button icon="test">{words.testButton}</Button>
      </ActionForm>
    </Section>
  );
}

function SecretSection({ merchantId, endpoint, secretsAt, frame }: PartProps) {
  const { ui, text, csrf } = frame;
  const { endpoints: words } = text;
  const { endpointId, publicKey } = endpoint;
  const [current, former] = secretsAt;
  return (
    <Section id="secret" title={words.secret}>
      <KeyValues
        isWide
        items={[
          { key: words.secretAge, value: current && <Time ui={ui} at={current} /> },
          { key: words.formerSecret, value: former && <Time ui={ui} at={former} /> },
          { key: words.publicKey, value: publicKey && <Id ui={ui} value={publicKey} of={words.publicKey} /> },
        ]}
      />
      {former && <p class="hint">{words.formerText}</p>}
      <p>{words.rotateText}</p>
      <ActionForm action={hrefOf(ROTATE_SECRET, { merchantId, endpointId })} csrf={csrf} layout="stack">
        <SelectField
          ui={ui}
          name="overlapSeconds"
          label={words.overlap}
          isRequired
          choices={(['86400', '3600', '604800', '0'] as const).map((value) => ({
            value,
            label: words.overlaps[value],
          }))}
        />
        <div class="buttons">
          <Button kind="danger">{words.rotate}</Button>
        </div>
      </ActionForm>
    </Section>
  );
}
