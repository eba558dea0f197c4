import type { Frame, Performed } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { LinkButton } from '../../view/controls/button.tsx';
import { Id, KeyValues } from '../../view/data/key-values.tsx';
import { PageHeader } from '../../view/page/page-header.tsx';
import { ENDPOINT, ENDPOINTS } from './endpoint-paths.ts';

interface ShownSecret {
  readonly merchantId: string;
  readonly endpointId: string;
  readonly title: string;
  /** Absent if the form was sent before: then it was shown. */
  readonly secret?: string;
  readonly publicKey?: string;
}

/** Shows a new secret on the page that answers the form: neither address nor cookie nor log holds it. */
export function shownSecret(props: ShownSecret): Performed {
  return {
    kind: 'shown',
    shown: {
      title: props.title,
      place: { current: 'endpoints', merchant: { id: props.merchantId } },
      body: (frame) => SecretPage(props, frame),
    },
  };
}

function SecretPage({ merchantId, endpointId, title, secret, publicKey }: ShownSecret, frame: Frame) {
  const { ui, text } = frame;
  const { endpoints: words } = text;
  return (
    <>
      <PageHeader
        title={secret === undefined ? title : words.secretTitle}
        lead={secret === undefined ? words.secretGone : words.secretText}
        crumbs={[{ label: words.title, href: hrefOf(ENDPOINTS, { merchantId }) }]}
      />
      <section class="card">
        <KeyValues
          items={[
            { key: words.secret, value: secret && <Id ui={ui} value={secret} of={words.secret} /> },
            {
              key: words.publicKey,
              value: publicKey && <Id ui={ui} value={publicKey} of={words.publicKey} />,
            },
            { key: words.id, value: <Id ui={ui} value={endpointId} of={words.id} /> },
          ]}
        />
        <div class="buttons">
          <LinkButton kind="main" href={hrefOf(ENDPOINT, { merchantId, endpointId })}>
            {words.goOn}
          </LinkButton>
        </div>
      </section>
    </>
  );
}
