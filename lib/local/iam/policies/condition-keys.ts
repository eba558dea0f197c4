/**
 * The condition keys that requests of the local cloud carry, by the service whose requests carry them. A policy that
 * names another key is an error: here the key would be absent, on AWS it might not be.
 */
const KEYS_OF_SERVICE = {
  aws: [
    'aws:CurrentTime',
    'aws:EpochTime',
    'aws:PrincipalAccount',
    'aws:PrincipalArn',
    'aws:PrincipalIsAWSService',
    'aws:PrincipalServiceName',
    'aws:PrincipalType',
    'aws:RequestedRegion',
    'aws:SecureTransport',
    'aws:SourceAccount',
    'aws:SourceArn',
  ],
  dynamodb: [
    'dynamodb:EnclosingOperation',
    'dynamodb:LeadingKeys',
    'dynamodb:ReturnValues',
    'dynamodb:Select',
  ],
  iam: ['iam:PassedToService'],
  // Absent from every request here: a service that uses a key for a caller needs no permission for it.
  kmsThroughServices: ['kms:ViaService'],
  kms: ['kms:CallerAccount', 'kms:EncryptionContextKeys', 'kms:EncryptionContext:*'],
  events: ['events:detail-type', 'events:source'],
  secretsmanager: ['secretsmanager:SecretId', 'secretsmanager:VersionStage'],
} as const;

const KNOWN: readonly string[] = Object.values(KEYS_OF_SERVICE).flat();

/** Keys that can have several values in one request. Only `ForAllValues:` and `ForAnyValue:` define how to compare them. */
const MULTIVALUED: readonly string[] = ['dynamodb:LeadingKeys', 'kms:EncryptionContextKeys'];

/** The values of a request's condition keys, by canonical name. An absent key has no entry. */
export type ConditionKeys = Readonly<Record<string, readonly string[]>>;

/** Every key that a policy may name, for error messages. */
export const knownKeys = KNOWN.join(', ');

/**
 * The canonical spelling of a key, whose case does not matter in policies; `undefined` if requests never carry it.
 * @example canonicalKey('AWS:sourcearn') // 'aws:SourceArn'
 */
export function canonicalKey(name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const known of KNOWN) {
    const lower = known.toLowerCase();
    if (lower === wanted) return known;
    if (!known.endsWith('*') || !wanted.startsWith(lower.slice(0, -1))) continue;
    if (wanted.length >= lower.length) return known.slice(0, -1) + wanted.slice(lower.length - 1);
  }
  return undefined;
}

export function isMultivalued(key: string): boolean {
  return MULTIVALUED.includes(key);
}
