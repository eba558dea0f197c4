import type { EndpointId, MerchantId } from '../../model.ts';

/** Seals secrets for the table. `context` is bound to the sealed text, which opens only with the same context. */
export interface Seal {
  seal(secret: string, context: string): Promise<string>;
  open(sealed: string, context: string): Promise<string>;
}

/** The context of a custom header's value: its owner and its name. */
export function headerContext(
  { merchantId, endpointId }: { readonly merchantId: MerchantId; readonly endpointId: EndpointId },
  name: string,
): string {
  return `${sealContext(merchantId, endpointId)}/header/${name}`;
}

/** The seal's context: names the owner of the secret. Sealed text opens only with the context that it was sealed with. */
export function sealContext(merchantId: MerchantId, endpointId?: EndpointId): string {
  return endpointId === undefined ? `merchant:${merchantId}` : `endpoint:${merchantId}/${endpointId}`;
}
