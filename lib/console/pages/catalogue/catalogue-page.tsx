import { listEndpoints } from '../../../api/endpoints/endpoints-contract.ts';
import { eventTypeOf } from '../../../protocol/event-names.ts';
import { boundedMap } from '../../../protocol/runtime/bounded-map.ts';
import { type Frame, page, type Visit } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { LinkButton } from '../../view/controls/button.tsx';
import { CodeBlock, CodeTabs } from '../../view/data/code-block.tsx';
import { Table } from '../../view/data/table.tsx';
import { VERIFY_SNIPPETS } from '../../view/delivery/verify-snippets.ts';
import { PageHeader, Section } from '../../view/page/page-header.tsx';
import { type Row, readTransaction } from '../deliveries/found-deliveries.ts';
import { latestRows } from '../deliveries/latest-deliveries.ts';
import { requestText } from '../parts/request-text.ts';
import {
  callbackOfOutcome,
  type ExampleCallback,
  exampleAlerts,
  exampleOutcomes,
  exampleTest,
} from './example-events.ts';

interface OutcomeExample extends ExampleCallback {
  /** It was recorded, and not made up. */
  readonly isOwn: boolean;
}

interface Props {
  readonly merchantId: string;
  readonly url: string | undefined;
  readonly outcomes: readonly OutcomeExample[];
  readonly alerts: readonly ExampleCallback[];
  readonly test: ExampleCallback;
}

const PATH = '/merchants/{merchantId}/catalogue';
/** Types of the merchant's own that are shown. Each example is read from its transaction. */
const MOST_TYPES = 8;
const AT_ONCE = 4;

export const cataloguePage = page({
  path: PATH,
  who: 'merchant',
  async load(visit): Promise<Props> {
    const { api, params, ui } = visit;
    const { merchantId } = params;
    const { items: endpoints } = await api.ask(listEndpoints, { merchantId });
    const [endpoint] = endpoints;
    const of = { merchantId, endpointId: endpoint?.endpointId ?? 'ep_example', now: ui.now };
    const own = await ownExamples(visit);
    const known = new Set(own.map(({ type }) => type));
    const madeUp = exampleOutcomes(of)
      .map((outcome) => ({ type: eventTypeOf(outcome), callback: callbackOfOutcome(outcome), isOwn: false }))
      .filter(({ type }) => !known.has(type));
    return {
      merchantId,
      url: endpoint?.url,
      outcomes: [...own, ...madeUp],
      alerts: exampleAlerts(of),
      test: exampleTest(of),
    };
  },
  title: (text) => text.catalogue.title,
  place: ({ merchantId }) => ({ current: 'catalogue', merchant: { id: merchantId } }),
  view: Catalogue,
});

/** The last outcome of each type that was recorded lately. */
async function ownExamples(visit: Visit<typeof PATH>): Promise<readonly OutcomeExample[]> {
  const latest = await latestRows(visit, visit.ui.now);
  const lastOfType = new Map<string, Row>();
  for (const row of latest?.rows ?? []) {
    const type = eventTypeOf(row);
    if (!lastOfType.has(type)) lastOfType.set(type, row);
  }
  const chosen = [...lastOfType]
    .toSorted(([left], [right]) => left.localeCompare(right))
    .slice(0, MOST_TYPES);
  return boundedMap(chosen, AT_ONCE, async ([type, { transactionId }]) => ({
    type,
    callback: callbackOfOutcome(await readTransaction(visit, transactionId)),
    isOwn: true,
  }));
}

function Catalogue(props: Props, frame: Frame) {
  const { merchantId, outcomes, alerts, test } = props;
  const { ui, text } = frame;
  const { catalogue: words } = text;
  return (
    <>
      <PageHeader title={words.title} lead={words.lead} />
      <Section id="outcomes" title={words.outcomes}>
        {outcomes.map((example, index) => (
          <Example
            {...props}
            example={example}
            note={example.isOwn ? words.own : words.madeUp}
            isOpen={index === 0}
            frame={frame}
          />
        ))}
      </Section>
      <Section id="headers" title={words.headers}>
        <Headers frame={frame} />
      </Section>
      <Section id="verify" title={words.verify}>
        <p>{words.answersText}</p>
        <CodeTabs ui={ui} id="snippets" title={ui.text.snippets.verify} tabs={VERIFY_SNIPPETS} />
      </Section>
      <Section
        id="alerts"
        title={words.alerts}
        actions={
          <LinkButton href={hrefOf('/merchants/{merchantId}/alerts', { merchantId })}>
            {words.alertList}
          </LinkButton>
        }
      >
        <p>{words.alertsText}</p>
        {alerts.map((example) => (
          <Example {...props} example={example} frame={frame} />
        ))}
      </Section>
      <Section id="test" title={words.test}>
        <p>{words.testText}</p>
        <Example {...props} example={test} frame={frame} />
      </Section>
    </>
  );
}

interface ExampleProps extends Pick<Props, 'url'> {
  readonly example: ExampleCallback;
  readonly note?: string;
  readonly isOpen?: boolean;
  readonly frame: Frame;
}

function Example({ url, example: { type, callback }, note, isOpen = false, frame }: ExampleProps) {
  const { ui, text } = frame;
  const title = text.catalogue.example(type);
  return (
    <details class="more wrapped" open={isOpen}>
      <summary>
        <code>{type}</code> {note && <span class="quiet">{note}</span>}
      </summary>
      <CodeBlock
        ui={ui}
        title={title}
        isTitleHidden
        language="http"
        code={requestText({ url, callback, at: ui.now, attempt: 1 })}
      />
    </details>
  );
}

function Headers({ frame: { text } }: { readonly frame: Frame }) {
  const { catalogue: words } = text;
  return (
    <Table
      caption={words.headers}
      rows={Object.entries(words.headerTexts)}
      empty={undefined}
      columns={[
        { header: words.header, cell: ([name]) => <code>{name}</code> },
        { header: words.meaning, cell: ([, meaning]) => meaning },
      ]}
    />
  );
}
