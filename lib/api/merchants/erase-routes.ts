import { type ErasePorts, eraseMerchant } from '../../core/merchants/erasing/erase-merchant.ts';
import type { Random } from '../../core/runtime/environment.ts';
import { acting, type WithoutTrail } from '../acting.ts';
import { type Route, route } from '../api-app.ts';
import { answer, problem } from '../contract/operation.ts';
import { eraseMerchantOperation } from './erase-contract.ts';

export function eraseRoutes(ports: WithoutTrail<ErasePorts> & { readonly random: Random }): readonly Route[] {
  return [
    route(eraseMerchantOperation, async ({ caller, merchantId, query }) => {
      const result = await eraseMerchant(acting(ports, caller), { merchantId, confirm: query.confirm });
      switch (result.kind) {
        case 'erased': {
          const { erasedAt } = result.tombstone;
          return answer(200, { merchantId, erasedAt });
        }
        case 'unconfirmed': {
          const { merchantId: confirm, ...erases } = result.erasable;
          return problem('confirmation_required', { extra: { confirm, erases } });
        }
        case 'unknown_merchant':
          return problem('unknown_merchant');
      }
    }),
  ];
}
