import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeDirectory } from '../support/local-service.ts';
import { checkTypes, projectWithKit, reachedFrom } from '../support/published/published.ts';
import { ROOT } from '../support/synthesized.ts';

describe('the published initiator kit', () => {
  let project: string;
  beforeAll(async () => {
    project = await projectWithKit();
    // The SDK, and what its types need, are the user's own.
    for (const scope of ['@aws-sdk', '@smithy']) {
      symlinkSync(join(ROOT, 'node_modules', scope), join(project, 'node_modules', scope));
    }
  });
  afterAll(() => removeDirectory(project));
  const run = (file: string, text: string): string => {
    writeFileSync(join(project, file), text);
    return execFileSync(process.execPath, [file], { cwd: project, encoding: 'utf8' });
  };
  const USE = `
    try { createInitiator({ baseUrl: 'http://api.example', key: 'tk_a_b' }) } catch (error) {
      console.log(error instanceof InitiatorFault, error.code);
    }
    try { committedMarkSql({}, {}) } catch (error) { console.log(error instanceof SqlFault, error.code) }
    console.log(typeof commitWithOutcome, committedMarkSql({ merchantId: 'a', transactionId: 'b' }, {
      status: 'FAILED', amount: 1, currency: 'CNY', occurredAt: '2026-11-20T08:00:00Z' }).values.length);`;
  const PRINTED = 'true invalid_option\ntrue invalid_id\nfunction 3\n';

  it('loads as ES modules', () => {
    const text = `import { createInitiator, InitiatorFault } from 'tidings/initiator';
      import { commitWithOutcome } from 'tidings/initiator/dynamodb';
      import { committedMarkSql, InitiatorFault as SqlFault } from 'tidings/initiator/sql';${USE}`;
    expect(run('use.mjs', text)).toBe(PRINTED);
  });

  it('loads as CommonJS', () => {
    const text = `const { createInitiator, InitiatorFault } = require('tidings/initiator');
      const { commitWithOutcome } = require('tidings/initiator/dynamodb');
      const { committedMarkSql, InitiatorFault: SqlFault } = require('tidings/initiator/sql');${USE}`;
    expect(run('use.cjs', text)).toBe(PRINTED);
  });

  it.each(['esm', 'cjs'])(
    'loads built-ins of Node, itself, the protocol, and the document client where it is for that: %s',
    (format) => {
      const installed = join(project, 'node_modules/tidings');
      const reached = ['index', 'sql', 'dynamodb'].map((entry) => {
        return { entry, ...reachedFrom(installed, `${format}/initiator/${entry}.js`) };
      });
      const files = reached.flatMap((one) => one.files);
      expect(files.filter((file) => !/^(?:esm|cjs)\/(?:initiator|protocol)\//.test(file))).toEqual([]);
      for (const { entry, foreign } of reached) {
        const names = new Set(foreign.map(({ name }) => name));
        expect(names).toEqual(new Set(entry === 'dynamodb' ? ['@aws-sdk/lib-dynamodb'] : []));
      }
    },
  );

  it('has declarations that hold for both forms', () => {
    const use = `
      import { createServer } from 'node:http';
      import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
      import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
      import { createCheckBackHandler, createInitiator, merchantId, toNodeHandler, transactionId } from 'tidings/initiator';
      import { commitWithOutcome } from 'tidings/initiator/dynamodb';
      const initiator = createInitiator({ baseUrl: 'https://api.example', key: 'tk_a_b' });
      const outcome = {
        merchantId: merchantId('demo'), transactionId: transactionId('pay_1'), transactionType: 'payment',
        status: 'SUCCEEDED', amount: 1999, currency: 'CNY', occurredAt: '2026-11-20T08:00:00Z' } as const;
      initiator.record(outcome).then((result) => {
        if (result.kind === 'outcome_conflict') result.current.status;
        // @ts-expect-error: a mismatch has no outcome that was written
        if (result.kind === 'outcome_mismatch') result.outcome;
      });
      // @ts-expect-error: an id is made of text by what checks it
      initiator.readBack({ merchantId: 'demo', transactionId: 'pay_1' });
      const client = DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 1 }));
      commitWithOutcome(client, { tableName: 't', transactItems: [{ Delete: { TableName: 'o', Key: { id: 1 } } }], outcome });
      // @ts-expect-error: a PENDING has no place in a transaction
      commitWithOutcome(client, { tableName: 't', transactItems: [], outcome: { ...outcome, status: 'PENDING' } });
      createServer(toNodeHandler(createCheckBackHandler({ publicKeys: 'whpk_', merchantIds: ['demo'], lookUp: () => 'unknown' })));
      // @ts-expect-error: nothing is no answer
      createCheckBackHandler({ publicKeys: 'whpk_', merchantIds: '*', lookUp: () => undefined });
      // @ts-expect-error: an answer names its merchants
      createCheckBackHandler({ publicKeys: 'whpk_', lookUp: () => 'unknown' });`;
    for (const file of ['use.mts', 'use.cts']) writeFileSync(join(project, file), use);
    checkTypes(project, ['use.mts', 'use.cts']);
  });
});
