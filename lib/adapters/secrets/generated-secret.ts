import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { GeneratedSecret } from '../../core/check-back/service-key.ts';
import type { Clock } from '../../core/environment.ts';
import { Fault } from '../../core/faults.ts';
import { MINUTE_MS } from '../../core/time.ts';
import { calling } from '../aws-faults.ts';

/** A value changed in Secrets Manager is in force after so long at the latest. */
const MAX_AGE_MS = 5 * MINUTE_MS;
/** Characters of a value that can be trusted with anything. */
const MIN_LENGTH = 16;

export function createGeneratedSecret(options: {
  readonly secrets: SecretsManagerClient;
  readonly secretId: string;
  readonly clock: Clock;
}): GeneratedSecret {
  let known: { readonly value: string; readonly readAtMs: number } | undefined;
  return {
    async value(notBeforeMs) {
      const nowMs = options.clock.now();
      // A value of this very millisecond may have been read before it.
      if (known !== undefined && known.readAtMs > (notBeforeMs ?? nowMs - MAX_AGE_MS)) return known.value;
      const { SecretString } = await calling('Reading a generated secret', () =>
        options.secrets.send(new GetSecretValueCommand({ SecretId: options.secretId })),
      );
      if (SecretString === undefined || SecretString.length < MIN_LENGTH) {
        throw new Fault({ code: 'no_secret', message: 'A generated secret has no value.', retryable: false });
      }
      known = { value: SecretString, readAtMs: nowMs };
      return SecretString;
    },
  };
}
