import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { parseConfig } from '../../lib/adapters/config.ts';
import { createKeyStore } from '../../lib/adapters/dynamodb/stores/dynamodb-key-store.ts';
import { createMerchantStore } from '../../lib/adapters/dynamodb/stores/dynamodb-merchant-store.ts';
import { openTable } from '../../lib/adapters/dynamodb/table/table-client.ts';
import { createReporter } from '../../lib/adapters/reporter.ts';
import { createGeneratedSecret } from '../../lib/adapters/secrets/generated-secret.ts';
import { createKmsSeal } from '../../lib/adapters/secrets/kms-seal.ts';
import {
  systemClock as clock,
  systemRandom as random,
  systemTimer as timer,
} from '../../lib/adapters/system.ts';
import { createAuthenticator } from '../../lib/core/merchants/access-keys.ts';
import { createConfigCache } from '../../lib/core/merchants/config-cache.ts';
import { createAnswerSigner } from '../../lib/core/query/answer-signer.ts';
import { clientDefaults } from './clients.ts';

/** What every function behind the HTTP API has: the table, authentication, and signed answers. */
export function openApiService(functionName: string) {
  const config = parseConfig(process.env, [
    'tableName',
    'feedLagSeconds',
    'retentionDays',
    'sealKeyId',
    'rootSecretId',
    'allowLoopback',
    'callbackPorts',
  ]);
  const reporter = createReporter(functionName);
  const { tableName: name, feedLagSeconds } = config;
  const table = openTable({ name, feedLagSeconds, clock, reporter });
  const merchants = createMerchantStore(table);
  const keys = createKeyStore(table);
  const configs = createConfigCache(merchants);
  const seal = createKmsSeal({ kms: new KMSClient(clientDefaults), keyId: config.sealKeyId });
  const secrets = new SecretsManagerClient(clientDefaults);
  const rootKey = createGeneratedSecret({ secrets, secretId: config.rootSecretId, clock });
  return {
    config,
    table,
    merchants,
    keys,
    configs,
    seal,
    clock,
    clockTrust: table.clockCheck,
    timer,
    random,
    callbackPolicy: { allowedPorts: config.callbackPorts, allowLoopback: config.allowLoopback },
    reporter,
    app: {
      authenticate: createAuthenticator({ keys, rootKey, clock }),
      sign: createAnswerSigner({ configs, seal, clock, random }),
      clock,
      reporter,
    },
  };
}
