import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';
import { type EditedTemplate, editAssembly } from '../../support/running/edited-assembly.ts';
import { type ServiceCloud, startServiceCloud } from '../../support/running/service-cloud.ts';
import { assemblyOf } from '../../support/synthesized.ts';
import { payment } from '../../support/world.ts';
import { type Journey, openJourney, outcomeRow } from './journey.ts';
import { createJudgedCalls } from './judged-calls.ts';

/** What is taken away from each function: the statement with these actions, and this text in it. */
const REMOVED: readonly (readonly [name: string, action: string, text: string])[] = [
  ['Record', 'dynamodb:PutItem', 'T#*'],
  ['Query', 'dynamodb:Query', '/index/reference'],
  ['Admin', 'dynamodb:GetItem', 'J#*'],
  ['TestRequest', 'dynamodb:PutItem', 'G#*'],
  ['Relay', 'sqs:SendMessage', 'FirstLane'],
  ['Deliver', 'dynamodb:GetItem', 'T#*'],
  ['Check', 'dynamodb:GetItem', 'T#*'],
  ['Sweep', 'dynamodb:Query', '/index/due'],
  ['Close', 'dynamodb:Query|dynamodb:GetItem|dynamodb:BatchGetItem|dynamodb:UpdateItem', 'D#*'],
  ['Audit', 'dynamodb:Query|dynamodb:GetItem|dynamodb:BatchGetItem|dynamodb:UpdateItem', 'D#*'],
  ['Statement', 'dynamodb:Query|dynamodb:GetItem|dynamodb:BatchGetItem|dynamodb:UpdateItem', 'D#*'],
];

describe('a function that lost one statement', () => {
  const dataDir = temporaryDirectory();
  const assemblyDir = temporaryDirectory();
  const lines: string[] = [];
  let service: ServiceCloud;
  let journey: Journey;

  beforeAll(async () => {
    const original = assemblyOf('production');
    editAssembly({ original, directory: assemblyDir, template: 'Tidings.template.json', edit: takeAway });
    service = await startServiceCloud({
      dataDir,
      assemblyDir,
      environment: {
        TIDINGS_ALLOW_LOOPBACK: 'true',
        TIDINGS_ONE_CLOCK: 'true',
        TIDINGS_FEED_LAG_SECONDS: '3',
        TIDINGS_WINDOW_SECONDS: '1',
      },
      log: ({ source, line }) => {
        if (source === 'iam') lines.push(line);
      },
    });
    journey = await openJourney(service, createJudgedCalls());
    const { admin, put, send } = journey;
    await admin('POST /v1/merchants', { merchantId: 'alpha', name: 'Alpha' });
    await admin('POST /v1/merchants/alpha/endpoints', { url: 'http://127.0.0.1:9/hooks' });
    const key = { merchantId: 'alpha', transactionId: 'pay_1' };
    // What the functions in front of them cannot do any more, the owner does: each gets something to work on.
    await put(outcomeRow({ ...key, listedAt: new Date().toISOString() }));
    await send('TidingsRetryLane', { ...key, version: 1, endpointId: 'ep_1', rev: 0 });
    await send('TidingsCheckLane', { ...key, rev: 0 });
  });
  afterAll(async () => {
    await journey.close();
    await service.stop();
    for (const directory of [dataDir, assemblyDir]) removeDirectory(directory);
  });

  it('of the API answers 500, and the same request works no more', async () => {
    const { api, initiatorKey, admin } = journey;
    const { key } = await admin('POST /v1/merchants/alpha/keys', { scope: 'receiver' });
    const { items } = await admin('GET /v1/merchants/alpha/endpoints');
    const requests: readonly (readonly [string, string, object?])[] = [
      [initiatorKey, 'PUT /v1/merchants/alpha/transactions/pay_2', payment()],
      [key, 'GET /v1/transactions?reference=order_1'],
      [key, 'GET /v1/redeliveries/job1'],
      [service.adminKey, `POST /v1/merchants/alpha/endpoints/${items[0].endpointId}/test`],
    ];
    for (const [by, request, body] of requests) {
      const { status, json } = await api(by, request, body);
      expect({ request, status, code: json.code }).toEqual({ request, status: 500, code: 'internal' });
    }
  });

  it.each(REMOVED)(
    '%s: the log names role, action and what is missing (%s on %s)',
    async (name, action, text) => {
      const role = new RegExp(`^AccessDenied: role Tidings${name}ServiceRole\\w+ may not (${action}) on `);
      const line = await eventually(
        () => lines.find((one) => role.test(one)) ?? '',
        (found) => expect(found).toMatch(role),
      );
      expect(line).toContain(text.replace('*', ''));
      const statement = JSON.stringify({ Effect: 'Allow', Action: role.exec(line)?.[1] }).slice(0, -1);
      expect(line).toContain(`missing in the policy of the role: ${statement},"Resource":"arn:`);
    },
  );
});

interface PolicyDocument {
  Statement: readonly { readonly Action: string | readonly string[] }[];
}

/** Removes the statements above. */
function takeAway(template: EditedTemplate): void {
  for (const [name, action, text] of REMOVED) {
    const found = Object.entries(template.Resources).find(
      ([id, { Type }]) => Type === 'AWS::IAM::Policy' && id.startsWith(`Tidings${name}ServiceRole`),
    );
    const document = found?.[1].Properties?.PolicyDocument as PolicyDocument | undefined;
    const statements = document?.Statement ?? [];
    const rest = statements.filter(
      (one) =>
        ![one.Action].flat().includes(action.split('|')[0] ?? '') || !JSON.stringify(one).includes(text),
    );
    expect(rest).toHaveLength(statements.length - 1);
    if (document !== undefined) document.Statement = rest;
  }
}
