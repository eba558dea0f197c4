import type { OperationAddress } from './operation.ts';

/** Where the form for admins of `/v1/windows` is: `/v1/merchants/{merchantId}/windows`. */
const PATH_OF_MERCHANT = '/v1/merchants/{merchantId}';

/** The address at which an admin names the merchant. Undefined if admins may not make the request. */
export function addressForAdmins(own: OperationAddress) {
  if (own.forAdmins !== true) return undefined;
  return {
    operationId: `${own.operationId}ForMerchant`,
    path: own.path.replace('/v1', PATH_OF_MERCHANT),
    merchant: 'path',
  } as const;
}
