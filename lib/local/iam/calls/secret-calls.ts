import type { Call } from '../callers/caller.ts';

/**
 * What a Secrets Manager request does.
 * @param secretArn ARN of the secret that the request names by name or ARN
 */
export function secretCalls(
  operation: string,
  input: Readonly<Record<string, unknown>>,
  secretArn: string,
): readonly Call[] {
  const { VersionStage = 'AWSCURRENT' } = input;
  return [
    {
      action: `secretsmanager:${operation}`,
      resource: secretArn,
      keys: {
        'secretsmanager:SecretId': [secretArn],
        'secretsmanager:VersionStage': [String(VersionStage)],
      },
    },
  ];
}
