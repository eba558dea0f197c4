import type { listEndpoints } from '../../../api/endpoints/endpoints-contract.ts';
import { callbackOf } from '../../../core/deliver/attempt/callback.ts';
import type { TerminalOutcome } from '../../../core/model.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import type { Frame } from '../../site/page.ts';
import { CodeBlock, CodeTabs } from '../../view/data/code-block.tsx';
import { VERIFY_SNIPPETS } from '../../view/delivery/verify-snippets.ts';
import { Section } from '../../view/page/page-header.tsx';
import { requestText } from '../parts/request-text.ts';
import type { Transaction } from './transaction-page.tsx';

interface CallbackSectionProps {
  readonly transaction: Transaction;
  readonly endpoints: AnswerOf<typeof listEndpoints>['items'];
  readonly frame: Frame;
}

/** The request that every attempt makes, and how a receiver verifies it. */
export function CallbackSection({ transaction, endpoints, frame: { ui, text } }: CallbackSectionProps) {
  const { transaction: words } = text;
  const callback = callbackOf(transaction as unknown as TerminalOutcome);
  const [notification] = transaction.notifications;
  const last = notification?.attempts.at(-1);
  const request = requestText({
    url: endpoints.find(({ endpointId }) => endpointId === notification?.endpointId)?.url,
    callback,
    at: last?.at ?? ui.now,
    attempt: last?.number ?? 1,
  });
  return (
    <Section id="callback" title={words.callback}>
      <p class="hint">{words.callbackText}</p>
      <div class="wrapped">
        <CodeBlock ui={ui} title={words.request} code={request} language="http" />
      </div>
      <CodeTabs ui={ui} id="verify" title={ui.text.snippets.verify} tabs={VERIFY_SNIPPETS} />
    </Section>
  );
}
