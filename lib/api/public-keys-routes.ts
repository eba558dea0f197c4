import type { GeneratedSecret } from '../core/ports.ts';
import { servicePublicKey } from '../core/service-key.ts';
import { type Route, route } from './app.ts';
import { listPublicKeys } from './contract/public-keys.ts';
import { answer } from './operation.ts';

export function publicKeysRoutes(ports: { readonly signingSecret: GeneratedSecret }): readonly Route[] {
  return [
    route(listPublicKeys, async () =>
      answer(200, { publicKeys: [servicePublicKey(await ports.signingSecret.value())] }),
    ),
  ];
}
