import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Fault } from '../../core/faults.ts';
import type { GeneratedSecret } from '../../core/merchants/secrets/service-secret.ts';
import { type AsOf, createBoundedCache } from '../../core/runtime/bounded-cache.ts';
import type { Clock } from '../../core/runtime/environment.ts';
import { MINUTE_MS } from '../../core/time.ts';
import { calling } from '../aws-faults.ts';

/** The longest time until a value changed in Secrets Manager is in force. */
const MAX_AGE_MS = 5 * MINUTE_MS;
/** Minimum length of an acceptable value in characters. */
const MIN_LENGTH = 16;

interface GeneratedSecretOptions {
  readonly secrets: SecretsManagerClient;
  readonly secretId: string;
  readonly clock: Clock;
}

export function createGeneratedSecret({ secrets, secretId, clock }: GeneratedSecretOptions): GeneratedSecret {
  const known = createBoundedCache<string, string>({ capacity: 1 });

  async function load(): Promise<AsOf<string>> {
    const asOfMs = clock.now();
    const { SecretString } = await calling('Reading a generated secret', () =>
      secrets.send(new GetSecretValueCommand({ SecretId: secretId })),
    );
    if (SecretString !== undefined && SecretString.length >= MIN_LENGTH)
      return { value: SecretString, asOfMs };
    throw new Fault({ code: 'no_secret', message: 'A generated secret has no value.', retryable: false });
  }

  return {
    // A value that was read in this millisecond may have been read before the call.
    value: (notBeforeMs = clock.now() - MAX_AGE_MS) => known.read(secretId, notBeforeMs + 1, load),
  };
}
