import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../../lib/stack/bundles.ts';
import { ROOT } from '../../test/support/synthesized.ts';

/** Below node_modules, so that what is bundled there finds the SDK. */
const DIRECTORY = join(ROOT, 'node_modules/.cache/tidings-bench');

/** Package and class of a client, by the name that its bundle holds. */
const CLIENTS: Readonly<Record<string, readonly [string, string]>> = {
  DynamoDB: ['client-dynamodb', 'DynamoDBClient'],
  KMS: ['client-kms', 'KMSClient'],
  S3: ['client-s3', 'S3Client'],
  SQS: ['client-sqs', 'SQSClient'],
  Scheduler: ['client-scheduler', 'SchedulerClient'],
  'Secrets Manager': ['client-secrets-manager', 'SecretsManagerClient'],
};

/** The SDK's clients that a bundle holds, sorted. */
export function clientsOf(bundle: string): readonly string[] {
  const found = readFileSync(bundle, 'utf8').matchAll(/serviceId\?\?"([^"]+)"/g);
  const names = new Set([...found].map(([, name = '']) => name));
  // Clients that clients use to find credentials are in the empty handler's bundle as well.
  return [...names].filter((name) => name in CLIENTS).sort();
}

/**
 * Bundles a handler that does nothing but open these clients, exactly as the service's functions are bundled.
 *
 * @returns the bundles, by the names of the clients, joined with commas
 */
export function bundleEmptyHandlers(sets: readonly (readonly string[])[]): ReadonlyMap<string, string> {
  rmSync(DIRECTORY, { recursive: true, force: true });
  mkdirSync(DIRECTORY, { recursive: true });
  const names = new Map(
    [...new Set(sets.map((clients) => clients.join()))].map((key, index) => [key, `empty${index}`]),
  );
  for (const [key, name] of names) {
    const clients = key === '' ? [] : key.split(',');
    writeFileSync(join(DIRECTORY, `${name}.ts`), sourceOf(clients));
  }
  bundle(
    Object.fromEntries([...names.values()].map((name) => [name, join(DIRECTORY, `${name}.ts`)])),
    join(DIRECTORY, 'bundles'),
  );
  return new Map([...names].map(([key, name]) => [key, join(DIRECTORY, 'bundles', name, 'index.mjs')]));
}

function sourceOf(clients: readonly string[]): string {
  const imports = clients.map((client) => {
    const [file, type] = CLIENTS[client] ?? [];
    return `import { ${type} } from '@aws-sdk/${file}';`;
  });
  const opened = clients.map((client) => {
    const plain = `new ${CLIENTS[client]?.[1]}({})`;
    return client === 'DynamoDB' ? `DynamoDBDocumentClient.from(${plain})` : plain;
  });
  return [
    ...imports,
    "import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';",
    `const clients = [${opened.join(', ')}];`,
    'export const handler = async () => clients.length;',
  ].join('\n');
}
