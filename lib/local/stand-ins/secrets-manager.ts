import { randomInt } from 'node:crypto';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsFault } from '../aws/aws-fault.ts';
import type { AwsInput, JsonService } from '../aws/aws-server.ts';
import { secretCalls } from '../iam/calls/secret-calls.ts';
import { writeWholeFile } from '../storage/whole-file.ts';
import type { SecretProperties } from '../template/properties.ts';
import type { Resource } from '../template/stack-resources.ts';

const LOWERCASE = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
/** Punctuation characters as Secrets Manager defines them. */
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** The secrets of the template. */
export interface Secrets {
  readonly service: JsonService;
  /** Returns the secret's value by logical id. */
  value(logicalId: string): string | undefined;
}

/** Stands in for Secrets Manager. Values are generated once and stored in files that only their owner can read. */
export function openSecrets(
  dataDir: string,
  secrets: readonly Resource<'AWS::SecretsManager::Secret'>[],
): Secrets {
  const values = new Map(
    secrets.map(({ logicalId, properties }) => [
      logicalId,
      readOrMake(join(dataDir, `secret-${logicalId}`), properties),
    ]),
  );
  const find = ({ SecretId }: AwsInput) =>
    secrets.find(({ physical }) => physical.arn === SecretId || physical.name === SecretId);
  const get = (input: AwsInput) => {
    const id = String(input.SecretId);
    const secret = find(input);
    if (secret === undefined) {
      throw new AwsFault(
        'ResourceNotFoundException',
        `Secrets Manager can't find the specified secret: ${id}`,
      );
    }
    return {
      ARN: secret.physical.arn,
      Name: secret.physical.name,
      SecretString: values.get(secret.logicalId),
      VersionId: secret.logicalId.padEnd(32, '0'),
      VersionStages: ['AWSCURRENT'],
    };
  };
  return {
    service: {
      targetPrefix: 'secretsmanager',
      operations: { GetSecretValue: get },
      calls: (operation, input) =>
        secretCalls(operation, input, find(input)?.physical.arn ?? String(input.SecretId)),
    },
    value: (logicalId) => values.get(logicalId),
  };
}

function readOrMake(path: string, properties: SecretProperties): string {
  if (!existsSync(path)) writeWholeFile(path, generate(properties));
  chmodSync(path, 0o600);
  return readFileSync(path, 'utf8');
}

function generate({ SecretString, GenerateSecretString: rule }: SecretProperties): string {
  if (SecretString !== undefined) return SecretString;
  if (rule === undefined) return '';
  const alphabet = [
    rule.ExcludeLowercase ? '' : LOWERCASE,
    rule.ExcludeUppercase ? '' : LOWERCASE.toUpperCase(),
    rule.ExcludeNumbers ? '' : DIGITS,
    rule.ExcludePunctuation ? '' : PUNCTUATION,
    rule.IncludeSpace ? ' ' : '',
  ].join('');
  const allowed = [...alphabet].filter((character) => !rule.ExcludeCharacters.includes(character));
  const password = Array.from({ length: rule.PasswordLength }, () => allowed[randomInt(allowed.length)]).join(
    '',
  );
  if (rule.GenerateStringKey === undefined) return password;
  const template = JSON.parse(rule.SecretStringTemplate ?? '{}') as Record<string, string>;
  return JSON.stringify({ ...template, [rule.GenerateStringKey]: password });
}
