import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, it } from 'vitest';
import { findOutputs } from '../../../bin/operating/deployment.ts';
import { entries, preparation, typedLines } from '../../support/runbook.ts';
import type { Stage } from '../../support/running/npm-start-stage.ts';
import { openOperatorShell } from '../../support/running/operator-shell.ts';
import { payment } from '../../support/world.ts';

/** The services of AWS that the local cloud answers for. */
const LOCAL = /^(npm|curl|aws (sqs|dynamodb|secretsmanager)) /;
/** What a command finds nothing to do for here, and says so. */
const NOTHING_THERE = [/No record .* was parked/, /"code":"(unknown_transaction|not_unresolved)"/];

const lines = entries.flatMap(({ name, text }) =>
  typedLines(text)
    .filter((line) => LOCAL.test(line))
    .map((line) => ({ name, line })),
);

export function runbookJourney(stage: Stage): void {
  describe('what the runbook has an operator type', () => {
    const shell = openOperatorShell();
    let prepared: string;

    /** Types a line into a shell with the variables that the preparation set. */
    const type = (line: string) => {
      const here = line.startsWith('npm')
        ? `${line}${line.includes(' -- ') ? '' : ' --'} --data-dir ${stage.dataDir}`
        : line;
      return shell.type(`${prepared}\n${here}`);
    };

    beforeAll(async () => {
      const { outputs, environment } = findOutputs({ outputsFile: undefined, dataDir: stage.dataDir });
      const [, local = '', key = ''] = typedLines(preparation);
      expect(local).toBe('eval "$(npm run --silent outputs)"');
      await stage.service.api(stage.service.adminKey, 'POST /v1/merchants', {
        merchantId: 'runbook',
        name: 'Runbook',
      });
      await stage.service.api(
        stage.service.credentials.initiatorKey,
        'PUT /v1/merchants/runbook/transactions/pay_1',
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
        `eval "$(npm run --silent outputs -- --data-dir ${stage.dataDir})"`,
        key,
        `MERCHANT=runbook TRANSACTION=pay_1 BODY='{}' RECEIPT='${letter?.ReceiptHandle}' ID=none`,
        "PK='T#runbook#pay_1' SK='V#1'",
        // Lists every variable that may be set again, exported or not as it is.
        "declare -p | grep -v '^declare -[a-zA-Z]*r'",
      ].join('\n');
      const { status, said } = await shell.type(preparing);
      expect([status, said]).toEqual([0, said]);
      prepared = said;
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
}
