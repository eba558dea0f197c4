import type { Frame } from '../../site/page.ts';
import { Foreign } from '../../view/data/foreign.tsx';
import { Id, KeyValues } from '../../view/data/key-values.tsx';
import { Time } from '../../view/data/time.tsx';
import { Section } from '../../view/page/page-header.tsx';
import type { Endpoint } from '../parts/endpoint-cards.tsx';

interface EndpointSettingsProps {
  readonly endpoint: Endpoint;
  readonly frame: Frame;
}

/** What is set for an endpoint. Values of headers are never shown. */
export function EndpointSettings({ endpoint, frame: { ui, text } }: EndpointSettingsProps) {
  const { endpoints: words, endpointForm: fields } = text;
  const { schedule, expectBody, headers, ratePerSecond, createdAt } = endpoint;
  return (
    <Section id="settings" title={words.settings}>
      <KeyValues
        isWide
        items={[
          { key: words.id, value: <Id ui={ui} value={endpoint.endpointId} of={words.id} /> },
          { key: fields.schedule, value: [schedule ?? fields.scheduleOfMerchant].flat().join(', ') },
          { key: fields.timeoutMs, value: ui.format.number(endpoint.timeoutMs) },
          {
            key: fields.ratePerSecond,
            value: ratePerSecond === undefined ? fields.none : ui.format.number(ratePerSecond),
          },
          {
            key: fields.expectBody,
            value:
              expectBody === undefined ? fields.anyBody : <Foreign text={[expectBody].flat().join(' · ')} />,
          },
          {
            key: fields.headers,
            value: headers
              ? headers.map(({ name, setAt }) => (
                  <p>
                    <code>{name}</code> <Time ui={ui} at={setAt} />
                  </p>
                ))
              : fields.noHeaders,
          },
          { key: fields.signature, value: fields.signatures[endpoint.signature] },
          { key: words.created, value: <Time ui={ui} at={createdAt} /> },
          {
            key: ui.text.health.inForceFrom,
            value: endpoint.inForceFrom > ui.now ? <Time ui={ui} at={endpoint.inForceFrom} /> : undefined,
          },
        ]}
      />
    </Section>
  );
}
