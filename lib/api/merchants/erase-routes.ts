import { type ErasePorts, eraseMerchant } from '../../core/merchants/erasing/erase-merchant.ts';
import { type ErasureProgressPorts, erasureProgress } from '../../core/merchants/erasing/erasure-progress.ts';
import type { Random } from '../../core/runtime/environment.ts';
import { acting, type WithoutTrail } from '../acting.ts';
import { type Route, route } from '../api-app.ts';
import { answer, problem } from '../contract/operation.ts';
import { eraseMerchantOperation, getErasure } from './erase-contract.ts';

type Ports = WithoutTrail<ErasePorts> & ErasureProgressPorts & { readonly random: Random };

export function eraseRoutes(ports: Ports): readonly Route[] {
  return [
    route(getErasure, async ({ merchantId }) => {
      const found = await erasureProgress(ports, merchantId);
      return found.kind === 'erasure' ? answer(200, found.progress) : problem(found.kind);
    }),
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
