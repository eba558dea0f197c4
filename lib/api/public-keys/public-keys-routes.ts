import { servicePublicKey } from '../../core/check-back/service-key.ts';
import type { GeneratedSecret } from '../../core/merchants/secrets/service-secret.ts';
import { type Route, route } from '../api-app.ts';
import { answer } from '../contract/operation.ts';
import { listPublicKeys } from './public-keys-contract.ts';

export function publicKeysRoutes(ports: { readonly signingSecret: GeneratedSecret }): readonly Route[] {
  return [
    route(listPublicKeys, async () =>
      answer(200, { publicKeys: [servicePublicKey(await ports.signingSecret.value())] }),
    ),
  ];
}
