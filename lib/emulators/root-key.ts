import { randomBytes } from 'node:crypto';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { EMULATOR } from './deploy-stack.ts';

const KEY_BYTES = 24;

/**
 * Reads the first admin key of an emulator's stack. MiniStack ignores `ExcludePunctuation`, and a key has letters and
 * digits only. A value that cannot be a key is replaced here, and not prevented in the template: changing how a
 * secret is generated makes CloudFormation generate it again, and deployed services would lose their keys.
 */
export async function rootKeyOf(endpoint: string, SecretId: string): Promise<string> {
  const client = new SecretsManagerClient({
    endpoint,
    region: EMULATOR.region,
    credentials: EMULATOR.credentials,
  });
  try {
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
    if (/^[A-Za-z0-9]{16,}$/.test(SecretString)) return `tk_root_${SecretString}`;
    const made = randomBytes(KEY_BYTES).toString('hex');
    await client.send(new PutSecretValueCommand({ SecretId, SecretString: made }));
    return `tk_root_${made}`;
  } finally {
    client.destroy();
  }
}
