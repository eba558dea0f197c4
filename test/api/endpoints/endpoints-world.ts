import { endpointIdSchema, merchantIdSchema } from '../../../lib/core/model.ts';
import { useDemoWorld } from '../../support/demo-world.ts';

export const endpointKey = (endpointId: string) => ({
  merchantId: merchantIdSchema().parse('demo'),
  endpointId: endpointIdSchema().parse(endpointId),
});

/** A world with the merchant `demo`, new for each test, and the path of its endpoints. */
export function useEndpoints() {
  const setup = useDemoWorld();
  const path = (rest = '') => `/v1/merchants/demo/endpoints${rest}`;

  return Object.assign(setup, {
    path,
  });
}
