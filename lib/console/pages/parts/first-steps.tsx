import type { Frame } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { LinkButton } from '../../view/controls/button.tsx';
import { CodeBlock } from '../../view/data/code-block.tsx';
import { Section } from '../../view/page/page-header.tsx';
import type { Endpoint } from './endpoint-cards.tsx';

interface FirstStepsProps {
  readonly merchantId: string;
  readonly endpoints: readonly Endpoint[];
  readonly frame: Frame;
}

const commandOf = (merchantId: string) =>
  [
    `curl -X PUT "$TIDINGS_API/v1/merchants/${merchantId}/transactions/pay_1" \\`,
    '  -H "authorization: Bearer $INITIATOR_KEY" -H "content-type: application/json" \\',
    `  -d '{"transactionType":"payment","status":"SUCCEEDED","amount":1999,"currency":"CNY","occurredAt":"2026-11-20T08:00:00Z"}'`,
  ].join('\n');

/** The way of a new merchant to its first callback. */
export function FirstSteps({ merchantId, endpoints, frame: { ui, text } }: FirstStepsProps) {
  const { firstSteps: words } = text;
  const [endpoint] = endpoints;
  const to = (path: string) => hrefOf(`/merchants/{merchantId}/${path}`, { merchantId });
  return (
    <Section id="first-steps" title={words.title}>
      <ol class="steps">
        <li>
          <strong>{words.endpoint}</strong> {endpoint && <span class="quiet">{words.done}</span>}
          <p>{words.endpointText}</p>
          {endpoint === undefined && (
            <LinkButton kind="main" href={to('endpoints/new')}>
              {words.endpoint}
            </LinkButton>
          )}
        </li>
        <li>
          <strong>{words.test}</strong>
          <p>{words.testText}</p>
          {endpoint && (
            <LinkButton kind="main" href={to(`endpoints/${endpoint.endpointId}`)}>
              {words.test}
            </LinkButton>
          )}
        </li>
        <li>
          <strong>{words.record}</strong>
          <p>{words.recordText}</p>
          <LinkButton href={to('keys')}>{words.keys}</LinkButton>
          <CodeBlock ui={ui} title={words.command} code={commandOf(merchantId)} language="shell" />
        </li>
      </ol>
    </Section>
  );
}
