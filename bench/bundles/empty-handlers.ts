import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../../lib/stack/bundling/bundles.ts';
import { ROOT } from '../../test/support/synthesized.ts';

/** Below node_modules, so that the generated sources can import the SDK. */
const DIRECTORY = join(ROOT, 'node_modules/.cache/tidings-bench');

/** Package and class of each client, by the service id that a bundle contains. */
const CLIENTS: Readonly<Record<string, readonly [string, string]>> = {
  DynamoDB: ['client-dynamodb', 'DynamoDBClient'],
  KMS: ['client-kms', 'KMSClient'],
  S3: ['client-s3', 'S3Client'],
  SQS: ['client-sqs', 'SQSClient'],
  Scheduler: ['client-scheduler', 'SchedulerClient'],
  'Secrets Manager': ['client-secrets-manager', 'SecretsManagerClient'],
};

/** The SDK clients in a bundle, sorted. */
export function clientsOf(bundle: string): readonly string[] {
  const found = readFileSync(bundle, 'utf8').matchAll(/serviceId\?\?"([^"]+)"/g);
  const names = new Set([...found].map(([, name = '']) => name));
  // Clients that only fetch credentials are in the empty handler's bundle too, so they are left out.
  return [...names].filter((name) => name in CLIENTS).sort();
}

/**
 * Bundles handlers that only open these clients, in the same way as the service's functions.
 *
 * @returns the bundles by client names, joined with commas
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
