import type { Frame } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { ActionForm, Button, LinkButton } from '../../view/controls/button.tsx';
import { ConfirmDialog } from '../../view/controls/confirm.tsx';
import { Foreign } from '../../view/data/foreign.tsx';
import type { Endpoint } from '../parts/endpoint-cards.tsx';
import { DELETE_ENDPOINT, DISABLE_ENDPOINT, ENDPOINTS, SWITCH_ENDPOINT } from './endpoint-paths.ts';

export interface OfEndpoint {
  readonly merchantId: string;
  readonly endpoint: Endpoint;
}

/** Enabling happens at once; disabling is asked for again, because callbacks stop. */
export function Switch({ merchantId, endpoint }: OfEndpoint, frame: Frame) {
  const { text, csrf } = frame;
  const { endpointId, enabled } = endpoint;
  const { endpoints: words } = text;
  if (!enabled) {
    return (
      <ActionForm
        action={hrefOf(SWITCH_ENDPOINT, { merchantId, endpointId })}
        csrf={csrf}
        values={{ enabled: 'true' }}
      >
        <Button>{words.enable}</Button>
      </ActionForm>
    );
  }
  const id = `disable-${endpointId}`;
  return (
    <>
      <LinkButton href={hrefOf(DISABLE_ENDPOINT, { merchantId, endpointId })} opens={id}>
        {words.disable}
      </LinkButton>
      <ConfirmDialog id={id} {...disabling({ merchantId, endpoint }, frame)} />
    </>
  );
}

export function Delete({ merchantId, endpoint }: OfEndpoint, frame: Frame) {
  const { endpointId } = endpoint;
  return (
    <>
      <LinkButton href={hrefOf(DELETE_ENDPOINT, { merchantId, endpointId })} opens="delete">
        {frame.text.endpoints.delete}
      </LinkButton>
      <ConfirmDialog id="delete" {...deleting({ merchantId, endpoint }, frame)} />
    </>
  );
}

/** The question before an endpoint is disabled. */
export function disabling({ merchantId, endpoint }: OfEndpoint, frame: Frame) {
  const { endpointId } = endpoint;
  const { endpoints: words } = frame.text;
  return {
    ...questionAbout({ merchantId, endpoint }, frame),
    title: words.disableTitle,
    children: about(endpoint, words.disableText),
    action: hrefOf(SWITCH_ENDPOINT, { merchantId, endpointId }),
    values: { enabled: 'false' },
    confirm: words.disable,
  };
}

/** The question before an endpoint is deleted. */
export function deleting({ merchantId, endpoint }: OfEndpoint, frame: Frame) {
  const { endpointId } = endpoint;
  const { endpoints: words } = frame.text;
  return {
    ...questionAbout({ merchantId, endpoint }, frame),
    title: words.deleteTitle,
    children: about(endpoint, words.deleteText),
    action: hrefOf(DELETE_ENDPOINT, { merchantId, endpointId }),
    confirm: words.delete,
  };
}

function questionAbout({ merchantId }: OfEndpoint, { ui, csrf }: Frame) {
  return { ui, csrf, isDangerous: true, back: hrefOf(ENDPOINTS, { merchantId }) };
}

function about({ url }: Endpoint, text: string) {
  return (
    <>
      <p>
        <code>
          <Foreign text={url} />
        </code>
      </p>
      <p>{text}</p>
    </>
  );
}
