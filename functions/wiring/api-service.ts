import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ConfigName } from '../../lib/adapters/config.ts';
import { createKeyStore } from '../../lib/adapters/dynamodb/stores/dynamodb-key-store.ts';
import { createGeneratedSecret } from '../../lib/adapters/secrets/generated-secret.ts';
import { createKmsSeal } from '../../lib/adapters/secrets/kms-seal.ts';
import { createConfigCache } from '../../lib/core/merchants/config-cache.ts';
import { createAuthenticator } from '../../lib/core/merchants/keys/access-keys.ts';
import { createAnswerSigner } from '../../lib/core/query/answer-signer.ts';
import { callbackPolicyOf } from './callback-policy.ts';
import { clientDefaults } from './clients.ts';
import { openService } from './open-service.ts';

/** What every function behind the HTTP API has: the table, authentication and signed answers. */
export function openApiService<N extends ConfigName = never>(functionName: string, names: readonly N[] = []) {
  const service = openService(functionName, [
    'sealKeyId',
    'rootSecretId',
    'allowLoopback',
    'callbackPorts',
    ...names,
  ]);
  const { config, table, clock, random, reporter } = service;
  const keys = createKeyStore(table);
  const configs = createConfigCache(service.merchants);
  const seal = createKmsSeal({ kms: new KMSClient(clientDefaults), keyId: config.sealKeyId });
  const secrets = new SecretsManagerClient(clientDefaults);
  const rootKey = createGeneratedSecret({ secrets, secretId: config.rootSecretId, clock });
  return {
    ...service,
    keys,
    configs,
    seal,
    secrets,
    callbackPolicy: callbackPolicyOf(config),
    app: {
      authenticate: createAuthenticator({ keys, rootKey, clock }),
      sign: createAnswerSigner({ configs, seal, clock, random }),
      clock,
      reporter,
    },
  };
}
