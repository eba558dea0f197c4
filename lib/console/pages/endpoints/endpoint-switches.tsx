import { changeEndpoint, deleteEndpoint, readEndpoint } from '../../../api/endpoints/endpoints-contract.ts';
import { action, page, type Visit } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { ConfirmPage } from '../../view/controls/confirm.tsx';
import {
  DELETE_ENDPOINT,
  DISABLE_ENDPOINT,
  type ENDPOINT,
  ENDPOINTS,
  SWITCH_ENDPOINT,
} from './endpoint-paths.ts';
import { deleting, disabling, type OfEndpoint } from './endpoint-questions.tsx';

/** Enables, disables and deletes endpoints. The pages ask the same as the dialogs, where no script opens those. */

async function endpointOf({ api, params }: Visit<typeof ENDPOINT>): Promise<OfEndpoint> {
  const { merchantId, endpointId } = params;
  return { merchantId, endpoint: await api.ask(readEndpoint, { params: { merchantId, endpointId } }) };
}

export const disableEndpointPage = page({
  path: DISABLE_ENDPOINT,
  who: 'merchant',
  load: endpointOf,
  title: (text) => text.endpoints.disableTitle,
  place: ({ merchantId }) => ({ current: 'endpoints', merchant: { id: merchantId } }),
  view: (props, frame) => <ConfirmPage {...disabling(props, frame)} />,
});

export const deleteEndpointPage = page({
  path: DELETE_ENDPOINT,
  who: 'merchant',
  load: endpointOf,
  title: (text) => text.endpoints.deleteTitle,
  place: ({ merchantId }) => ({ current: 'endpoints', merchant: { id: merchantId } }),
  view: (props, frame) => <ConfirmPage {...deleting(props, frame)} />,
});

export const switchEndpoint = action({
  path: SWITCH_ENDPOINT,
  who: 'merchant',
  async perform({ api, params: { merchantId, endpointId }, field }) {
    const enabled = field('enabled') === 'true';
    await api.ask(changeEndpoint, { params: { merchantId, endpointId }, body: { enabled } });
    return {
      kind: 'redirect',
      to: hrefOf(ENDPOINTS, { merchantId }),
      flash: enabled ? 'endpointEnabled' : 'endpointDisabled',
      about: endpointId,
    };
  },
});

export const removeEndpoint = action({
  path: DELETE_ENDPOINT,
  who: 'merchant',
  async perform({ api, params: { merchantId, endpointId } }) {
    await api.ask(deleteEndpoint, { params: { merchantId, endpointId } });
    return {
      kind: 'redirect',
      to: hrefOf(ENDPOINTS, { merchantId }),
      flash: 'endpointDeleted',
      about: endpointId,
    };
  },
});
