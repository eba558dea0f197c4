import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeDirectory } from '../../support/local-service.ts';
import { outputOf, projectOfExample, runAlone } from '../../support/published/cdk-project.ts';
import { codeBlocks, moduleOf } from '../../support/published/guide.ts';
import { checkTypes } from '../../support/published/published.ts';
import { ROOT } from '../../support/synthesized.ts';
import { freeze } from '../frozen.ts';
import { synthesized } from '../synthesized-template.ts';

/** Context and props of the stacks that the tests look at. Bundles that nobody looks at are not copied. */
function variants() {
  const readJson = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
  const notCopied = { 'aws:cdk:disable-asset-staging': true };
  const flags = readJson('node_modules/aws-cdk-lib/recommended-feature-flags.json');
  return {
    plain: { context: {}, service: { preset: 'production' } },
    flagsOfThisRepository: { context: { ...readJson('cdk.json').context, ...notCopied }, service: {} },
    recommendedFlags: { context: { ...flags, ...notCopied }, service: {} },
    functionUrl: { context: notCopied, service: { frontDoor: 'function-url' } },
  };
}

/** A program of a user: synthesizes a stack for each variant that it is given, and prints the templates. */
const VARIANTS = `
  const { App } = require('aws-cdk-lib');
  const { TidingsStack } = require('tidings/cdk');
  const templateOf = ({ context, service }) => {
    const app = new App({ context });
    new TidingsStack(app, 'Tidings', { service });
    return app.synth().getStackByName('Tidings').template;
  };
  const variants = Object.entries(JSON.parse(process.argv[2]));
  console.log(JSON.stringify(Object.fromEntries(variants.map(([name, variant]) => [name, templateOf(variant)]))));`;

describe('tidings/cdk, as packed, in a project that has the CDK and nothing else', () => {
  let project: string;
  let templates: Readonly<Record<keyof ReturnType<typeof variants>, typeof synthesized>>;
  beforeAll(async () => {
    project = await projectOfExample();
    writeFileSync(join(project, 'variants.cjs'), VARIANTS);
    templates = JSON.parse(outputOf(project, ['variants.cjs', JSON.stringify(variants())]));
  });
  afterAll(() => removeDirectory(project));

  it('deploys what this repository deploys: the same template, with the same bundles', () => {
    expect(templates.plain).toEqual(synthesized);
  });

  it('keeps every resource that must not be replaced under any feature flags of the user', () => {
    const { flagsOfThisRepository, recommendedFlags } = templates;
    for (const { Resources } of [flagsOfThisRepository, recommendedFlags]) {
      expect(freeze(Resources)).toEqual(freeze(synthesized.Resources));
    }
  });

  it('has the function of the other front door', () => {
    const ids = Object.keys(templates.functionUrl.Resources);
    expect(ids.filter((id) => /^TidingsFront[0-9A-F]{8}$/.test(id))).toHaveLength(1);
  });

  it('refuses wrong props with the rule of each', () => {
    const refused = runAlone(project, [
      'variants.cjs',
      '{"wrong":{"service":{"retentionDays":0,"preset":"prod"}}}',
    ]);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(
      'Wrong props of NotificationService: preset must be one of local, development, production, not "prod"; ' +
        'retentionDays must be a whole number from 1 to 3650, not 0.',
    );
  });

  it('is the same class for both kinds of modules', () => {
    const text = `
      import { createRequire } from 'node:module';
      import * as imported from 'tidings/cdk';
      const required = createRequire(import.meta.url)('tidings/cdk');
      console.log(...Object.keys(required).map((name) => name + ' ' + (imported[name] === required[name])));`;
    writeFileSync(join(project, 'same.mjs'), text);
    expect(outputOf(project, ['same.mjs'])).toBe(
      'NotificationService true TidingsStack true WrongPropsError true\n',
    );
  });

  it('has strict types for both kinds of modules, for the guide and for the example', () => {
    const use = `
      import { App, Stack } from 'aws-cdk-lib';
      import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
      import { NotificationService, type NotificationServiceProps, TidingsStack } from 'tidings/cdk';
      const service: NotificationServiceProps = { preset: 'production', throttle: { rateLimit: 100 } };
      const stack = new TidingsStack(new App(), 'Tidings', { env: { region: 'eu-central-1' }, service });
      const { intake, table, settings }: NotificationService = stack.service;
      intake.queue.grantSendMessages(new LambdaFunction(stack, 'Mine', {} as never));
      settings.throttle.burstLimit.toFixed();
      table.tableName.length;
      // @ts-expect-error: there is no such preset
      new NotificationService(new Stack(), 'Tidings', { preset: 'staging' });
      // @ts-expect-error: there is no such prop
      new NotificationService(new Stack(), 'Tidings', { retention: 400 });`;
    for (const file of ['use.mts', 'use.cts']) writeFileSync(join(project, file), use);
    const options = ['--ignoreConfig', '--allowImportingTsExtensions'];
    writeFileSync(join(project, 'guide.mts'), moduleOf(codeBlocks('cdk.md', 'ts')));
    checkTypes(project, ['use.mts', 'use.cts', 'guide.mts', 'bin/app.ts', ...options]);
  });

  it('describes each prop and each property of the construct where an editor shows it', () => {
    const folder = join(project, 'node_modules/tidings/cjs/stack');
    const members = ['settings/props.d.ts', 'notification-service.d.ts', 'service-parts.d.ts'].flatMap(
      (file) => {
        const text = readFileSync(join(folder, file), 'utf8');
        const described = text.split('/** The props with their defaults. */')[0] ?? '';
        return [...described.matchAll(/^( *\*\/|.*)\n {4}(?:readonly )?(\w+)[?(:].*;$/gm)];
      },
    );
    expect(members.length).toBeGreaterThan(40);
    const silent = members
      .filter(([, before = '']) => !before.trim().endsWith('*/'))
      .map(([, , name]) => name);
    expect(silent).toEqual([]);
  });
});
