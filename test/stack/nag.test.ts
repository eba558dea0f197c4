import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../bin/nag/findings.ts';
import { VARIANTS } from '../../bin/nag/variants.ts';
import { accept } from '../../lib/stack/accepted-findings.ts';
import { TidingsStack } from '../../lib/stack/tidings-stack.ts';

describe('the rules of cdk-nag', () => {
  it.each(Object.entries(VARIANTS))('find nothing in %s that is not accepted with a reason', (_, service) => {
    const app = new App();
    new TidingsStack(app, 'Tidings', { service });
    expect(findingsOf(app)).toEqual([]);
  });

  it('report a resource that has no exception', () => {
    const app = new App();
    const stack = new TidingsStack(app, 'Tidings', { service: { ...VARIANTS.production } });
    new Bucket(stack, 'Open');
    const rules = findingsOf(app).map(({ rule, path }) => `${rule} ${path}`);
    expect(rules).toEqual(
      expect.arrayContaining([
        'AwsSolutions-S1 Tidings/Open/Resource',
        'AwsSolutions-S10 Tidings/Open/Resource',
        'PCI.DSS.321-S3BucketVersioningEnabled Tidings/Open/Resource',
      ]),
    );
    expect(rules.every((rule) => rule.includes('Tidings/Open'))).toBe(true);
  });

  it('report an exception of another resource, one that accepts nothing, and one without a reason', () => {
    const app = new App();
    const stack = new Stack(app, 'Other');
    const [first, second] = [new Queue(stack, 'First'), new Queue(stack, 'Second')];
    accept(first, { 'AwsSolutions-SQS4': ' ', 'AwsSolutions-S1': 'It is no bucket.' });
    const ofRule = (wanted: string) => findingsOf(app).filter(({ rule }) => rule === wanted);
    expect(ofRule('AwsSolutions-SQS4')).toEqual([
      expect.objectContaining({ path: `${second.node.path}/Resource` }),
      { rule: 'AwsSolutions-SQS4', path: first.node.path, says: 'The exception has no reason.' },
    ]);
    expect(ofRule('AwsSolutions-S1')).toEqual([
      {
        rule: 'AwsSolutions-S1',
        path: first.node.path,
        says: 'The exception accepts nothing. Take it away.',
      },
    ]);
  });
});
