import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ConfigName } from '../../lib/adapters/config.ts';
import { createKeyStore } from '../../lib/adapters/dynamodb/stores/merchants/dynamodb-key-store.ts';
import { createMerchantStore } from '../../lib/adapters/dynamodb/stores/merchants/dynamodb-merchant-store.ts';
import { createGeneratedSecret } from '../../lib/adapters/secrets/generated-secret.ts';
import { createKmsSeal } from '../../lib/adapters/secrets/kms-seal.ts';
import { createConfigCache } from '../../lib/core/merchants/config-cache.ts';
import { createAuthenticator } from '../../lib/core/merchants/keys/access-keys.ts';
import { createSessionAuthenticator } from '../../lib/core/merchants/sessions/session-caller.ts';
import { createAnswerSigner } from '../../lib/core/query/answer-signer.ts';
import { CALLBACK_SETTINGS, callbackPolicyOf } from './callback-policy.ts';
import { openClient } from './clients.ts';
import { openService } from './open-service.ts';

/** What `openApiService` returns, with these further settings. */
export type ApiService<N extends ConfigName = never> = ReturnType<typeof openApiService<N>>;

/** What every function that serves requests has: the table, authentication and signed answers. */
export function openApiService<N extends ConfigName = never>(functionName: string, names: readonly N[] = []) {
  const service = openService(functionName, [
    'sealKeyId',
    'rootSecretId',
    'originSecret',
    'publicUrl',
    ...CALLBACK_SETTINGS,
    ...names,
  ]);
  const { config, table, clock, random, reporter } = service;
  const keys = createKeyStore(table);
  const merchants = createMerchantStore(table);
  const configs = createConfigCache(merchants);
  const seal = createKmsSeal({ kms: openClient(KMSClient), keyId: config.sealKeyId });
  const secrets = openClient(SecretsManagerClient);
  const rootKey = createGeneratedSecret({ secrets, secretId: config.rootSecretId, clock });
  return {
    ...service,
    merchants,
    keys,
    rootKey,
    configs,
    seal,
    secrets,
    callbackPolicy: callbackPolicyOf(config),
    app: {
      configs,
      authenticate: createAuthenticator({ keys, rootKey, clock }),
      authenticateSession: createSessionAuthenticator({ keys, rootKey, clock }),
      sign: createAnswerSigner({ configs, seal, clock, random }),
      clock,
      reporter,
      originSecret: config.originSecret,
      publicUrl: config.publicUrl,
    },
  };
}
