import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { removeDirectory } from '../../support/local-service.ts';
import { EXAMPLE, outputOf, projectOfExample } from '../../support/published/cdk-project.ts';
import { freeze } from '../frozen.ts';
import type { Properties } from '../synthesized-template.ts';

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: Properties }>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

/** Types of resources whose replacement loses data, or changes an address that others know. */
const HOLDING = [
  'AWS::DynamoDB::Table',
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
  'AWS::SecretsManager::Secret',
  'AWS::KMS::Key',
  'AWS::SNS::Topic',
  'AWS::ApiGatewayV2::Api',
];

const manifest = JSON.parse(readFileSync(join(EXAMPLE, 'package.json'), 'utf8'));

describe('the example app, with the packed package in a folder of its own', () => {
  let project: string;
  let assembly: string;
  let template: Template;
  beforeAll(async () => {
    project = await projectOfExample();
    assembly = join(project, 'cdk.out');
    // As the CDK's command starts it.
    const { app, context } = JSON.parse(readFileSync(join(project, 'cdk.json'), 'utf8'));
    const [node, ...words] = app.split(' ');
    expect(node).toBe('node');
    outputOf(project, words, {
      CDK_OUTDIR: assembly,
      CDK_CONTEXT_JSON: JSON.stringify({ ...context, alarmEmail: 'ops@example.com' }),
    });
    template = JSON.parse(readFileSync(join(assembly, 'Payments.template.json'), 'utf8'));
  });
  afterAll(() => removeDirectory(project));

  const idOf = (pattern: RegExp) => Object.keys(template.Resources).filter((id) => pattern.test(id));
  const functions = () =>
    Object.entries(template.Resources).filter(([, { Type }]) => Type === 'AWS::Lambda::Function');

  it('deploys each function from a bundle of the package', () => {
    const ours = functions().filter(([id]) => id.startsWith('Tidings'));
    const shipped = readdirSync(join(project, 'node_modules/tidings/functions'));
    // All but the one of the other front door.
    expect(ours).toHaveLength(shipped.length - 1);
    const bundles = shipped.map((name) =>
      readFileSync(join(project, 'node_modules/tidings/functions', name, 'index.mjs'), 'utf8'),
    );
    for (const [id, { Properties }] of ours) {
      expect(Properties, id).toMatchObject({
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
      });
      const directory = join(assembly, `asset.${Properties?.Code.S3Key.replace('.zip', '')}`);
      // What browsers load of the console stands beside its module.
      expect(readdirSync(directory)).toEqual(
        id.startsWith('TidingsConsole') ? ['assets', 'index.mjs'] : ['index.mjs'],
      );
      expect(bundles).toContain(readFileSync(join(directory, 'index.mjs'), 'utf8'));
    }
  });

  it('lets its own function send outcomes to the queue of the service, and nothing else', () => {
    const [queue] = idOf(/^TidingsIntakeQueue[0-9A-F]{8}$/);
    const [settlement] = idOf(/^Settlement[0-9A-F]{8}$/);
    expect(template.Resources[settlement ?? '']?.Properties?.Environment.Variables).toEqual({
      OUTCOMES_URL: { Ref: queue },
    });
    const [policy] = idOf(/^SettlementServiceRoleDefaultPolicy[0-9A-F]{8}$/);
    expect(template.Resources[policy ?? '']?.Properties?.PolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'],
        Resource: { 'Fn::GetAtt': [queue, 'Arn'] },
      },
    ]);
  });

  it('takes its settings: what goes with the stack, how long answers reach back, who hears the alarms', () => {
    const [table] = idOf(/^TidingsTable[0-9A-F]{8}$/);
    expect(template.Resources[table ?? '']).toMatchObject({ DeletionPolicy: 'Delete' });
    const subscriptions = Object.values(template.Resources).filter(
      ({ Type }) => Type === 'AWS::SNS::Subscription',
    );
    expect(subscriptions.map(({ Properties }) => Properties?.Endpoint)).toEqual(['ops@example.com']);
    const days = functions().map(
      ([, { Properties }]) => Properties?.Environment?.Variables.TIDINGS_RETENTION_DAYS,
    );
    expect(new Set(days.filter((value) => value !== undefined))).toEqual(new Set(['400']));
    expect(Object.keys(template.Outputs)).toEqual(expect.arrayContaining(['ApiUrl', 'RootKeySecret']));
  });

  it('has these resources that hold data or an address, with the properties that must not change', async () => {
    const kept = Object.entries(freeze(template.Resources)).filter(([, { type }]) => HOLDING.includes(type));
    const text = `${JSON.stringify(Object.fromEntries(kept), undefined, 2)}\n`;
    await expect(text).toMatchFileSnapshot('./cdk-app.snapshot');
  });

  it('asks for versions that exist: the package of this repository, and a CDK that it can use', () => {
    expect(manifest.dependencies.tidings).toBe(`^${packageJson.version}`);
    const { 'aws-cdk-lib': cdk, constructs } = packageJson.dependencies;
    expect(manifest.dependencies).toMatchObject({ 'aws-cdk-lib': `^${cdk}`, constructs: `^${constructs}` });
    expect(manifest.devDependencies['aws-cdk']).toBe(`^${packageJson.devDependencies['aws-cdk']}`);
  });
});
