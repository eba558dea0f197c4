import { LOCAL_ACCOUNT } from '../../template/intrinsics.ts';
import type { Call } from '../callers/caller.ts';

const CONTEXT_KEY = 'kms:EncryptionContext:';

/**
 * What a KMS request does.
 * @param keyArn ARN of the key that the request or its ciphertext names
 */
export function kmsCalls(
  operation: string,
  input: Readonly<Record<string, unknown>>,
  keyArn: string,
): readonly Call[] {
  const context = Object.entries((input.EncryptionContext ?? {}) as Readonly<Record<string, string>>);
  return [
    {
      action: `kms:${operation}`,
      resource: keyArn,
      keys: {
        'kms:CallerAccount': [LOCAL_ACCOUNT],
        ...(context.length > 0 && { 'kms:EncryptionContextKeys': context.map(([name]) => name) }),
        ...Object.fromEntries(
          context.map(([name, value]) => [CONTEXT_KEY + name.toLowerCase(), [String(value)]] as const),
        ),
      },
    },
  ];
}
