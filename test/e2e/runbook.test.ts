import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findOutputs } from '../../bin/operating/deployment.ts';
import {
  type LocalService,
  removeDirectory,
  startService,
  temporaryDirectory,
} from '../support/local-service.ts';
import { entries, preparation, typedLines } from '../support/runbook.ts';
import { openOperatorShell } from '../support/running/operator-shell.ts';
import { payment } from '../support/world.ts';

/** The services of AWS that the local cloud answers for. */
const LOCAL = /^(npm|curl|aws (sqs|dynamodb|secretsmanager)) /;
/** What a command finds nothing to do for here, and says so. */
const NOTHING_THERE = [/No record .* was parked/, /"code":"(unknown_transaction|not_unresolved)"/];

const lines = entries.flatMap(({ name, text }) =>
  typedLines(text)
    .filter((line) => LOCAL.test(line))
    .map((line) => ({ name, line })),
);

describe('what the runbook has an operator type', () => {
  const dataDir = temporaryDirectory();
  const shell = openOperatorShell();
  let service: LocalService;
  let prepared: string;

  /** Types a line into a shell with the variables that the preparation set. */
  const type = (line: string) => {
    const here = line.startsWith('npm')
      ? `${line}${line.includes(' -- ') ? '' : ' --'} --data-dir ${dataDir}`
      : line;
    return shell.type(`${prepared}\n${here}`);
  };

  beforeAll(async () => {
    service = await startService(dataDir);
    const { outputs, environment } = findOutputs({ outputsFile: undefined, dataDir });
    const [, local = '', key = ''] = typedLines(preparation);
    expect(local).toBe('eval "$(npm run --silent outputs)"');
    await service.api(service.adminKey, 'POST /v1/merchants', { merchantId: 'shop', name: 'Shop' });
    await service.api(
      service.credentials.initiatorKey,
      'PUT /v1/merchants/shop/transactions/pay_1',
      payment(),
    );
    const sqs = new SQSClient({
      endpoint: environment.AWS_ENDPOINT_URL_SQS ?? '',
      region: 'us-east-1',
      credentials: {
        accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
        secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
      },
    });
    const QueueUrl = outputs.IntakeDeadLetterUrl;
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
    const { Messages: [letter] = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    sqs.destroy();
    const preparing = [
      `eval "$(npm run --silent outputs -- --data-dir ${dataDir})"`,
      key,
      `MERCHANT=shop TRANSACTION=pay_1 BODY='{}' RECEIPT='${letter?.ReceiptHandle}' ID=none`,
      "PK='T#shop#pay_1' SK='V#1'",
      // Lists every variable that may be set again, exported or not as it is.
      "declare -p | grep -v '^declare -[a-zA-Z]*r'",
    ].join('\n');
    const { status, said } = await shell.type(preparing);
    expect([status, said]).toEqual([0, said]);
    prepared = said;
  });
  afterAll(async () => {
    await service.stop();
    removeDirectory(dataDir);
  });

  it.each(lines)('$name: $line', async ({ line }) => {
    const { status, said } = await type(line);
    const isRefused = /"status":\s*[45]\d\d/.test(said) || (line.includes('http_code') && said !== '200\n');
    const isDone = status === 0 && !isRefused;
    expect({ status, said, isDone: isDone || NOTHING_THERE.some((one) => one.test(said)) }).toEqual({
      status,
      said,
      isDone: true,
    });
  });

  it('sets the outputs of the stack, and the first admin key', async () => {
    const { said } = await type('echo "$ApiUrl $DeadLetterUrl $KEY"');
    expect(said).toMatch(/^http:\S+ http:\S+ tk_root_\S+\n$/);
  });
});
