import { describe, expect, it } from 'vitest';
import { decide } from '../../../lib/local/iam/decision.ts';
import { compileArnGlob } from '../../../lib/local/iam/policies/glob.ts';
import { EVENTS, identity, judge, KEY, onResource, QUEUE, session, TABLE } from './policies.ts';

const send = { action: 'sqs:SendMessage', resource: QUEUE };
const allowSend = { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: QUEUE };

/** As the IAM user guide describes a decision within one account. */
describe('a call of a role', () => {
  it('is refused if no statement is about it', () => {
    expect(judge(send, identity()).verdict).toBe('no-identity-policy-allows');
    expect(judge({ ...send, action: 'sqs:ReceiveMessage' }, identity(allowSend)).verdict).toBe(
      'no-identity-policy-allows',
    );
    expect(judge({ ...send, resource: `${QUEUE}2` }, identity(allowSend)).verdict).toBe(
      'no-identity-policy-allows',
    );
  });

  it('is allowed by one statement, which the decision names', () => {
    const { verdict, by } = judge(send, identity({ ...allowSend, Action: 'sqs:Other' }, allowSend));
    expect(verdict).toBe('allowed');
    expect(by.map(({ source }) => source.at)).toEqual(['Policy, statement 2']);
  });

  it.each([
    ['a wildcard in the action', { Action: 'sqs:Send*' }],
    ['an action in another case', { Action: 'SQS:sendmessage' }],
    ['every action', { Action: '*' }],
    ['a question mark', { Action: 'sqs:SendMessag?' }],
    ['a list', { Action: ['sqs:Other', 'sqs:SendMessage'] }],
    ['every resource', { Resource: '*' }],
    ['a wildcard in the resource', { Resource: 'arn:aws:sqs:*:000000000000:w*' }],
  ])('is allowed by %s', (_, changes) => {
    expect(judge(send, identity({ ...allowSend, ...changes })).verdict).toBe('allowed');
  });

  it.each([
    ['another service', { Action: 'sns:*' }],
    ['a name in another case', { Resource: QUEUE.toUpperCase().replace('ARN:AWS:SQS', 'arn:aws:sqs') }],
    ['the beginning of a name', { Action: 'sqs:Send' }],
  ])('is not allowed by %s', (_, changes) => {
    expect(judge(send, identity({ ...allowSend, ...changes })).verdict).toBe('no-identity-policy-allows');
  });

  it('is allowed by everything but something else: NotAction and NotResource', () => {
    const others = { Effect: 'Allow', NotAction: 'sqs:Delete*', NotResource: `${QUEUE}-other` };
    expect(judge(send, identity(others)).verdict).toBe('allowed');
    expect(judge({ ...send, action: 'sqs:DeleteQueue' }, identity(others)).verdict).toBe(
      'no-identity-policy-allows',
    );
    expect(judge({ ...send, resource: `${QUEUE}-other` }, identity(others)).verdict).toBe(
      'no-identity-policy-allows',
    );
  });

  it('is refused by an explicit deny, also when another statement allows it', () => {
    const deny = { Effect: 'Deny', Action: 'sqs:*', Resource: '*' };
    expect(judge(send, identity(allowSend, deny)).verdict).toBe('explicit-deny-of-identity');
    const onQueue = { ...deny, Principal: '*' };
    expect(judge(send, identity(allowSend), onResource(onQueue)).verdict).toBe('explicit-deny-of-resource');
  });

  it('is not refused by a deny whose condition does not hold: all that arrives counts as TLS', () => {
    const deny = {
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 'sqs:*',
      Resource: QUEUE,
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    };
    expect(judge(send, identity(allowSend), onResource(deny)).verdict).toBe('allowed');
  });

  it.each([
    ['its role', 'arn:aws:iam::000000000000:role/role'],
    ['its session', 'arn:aws:sts::000000000000:assumed-role/role/function'],
    ['everybody', '*'],
  ])('is allowed by a resource policy that names %s', (_, AWS) => {
    const policy = onResource({ ...allowSend, Principal: { AWS } });
    expect(judge(send, identity(), policy).verdict).toBe('allowed');
  });

  it.each([
    ['the account, which leaves it to the identities', 'arn:aws:iam::000000000000:root'],
    ['another role', 'arn:aws:iam::000000000000:role/other'],
    ['another account', '111111111111'],
  ])('is not allowed by a resource policy that names %s', (_, AWS) => {
    const policy = onResource({ ...allowSend, Principal: { AWS } });
    expect(judge(send, identity(), policy).verdict).toBe('no-identity-policy-allows');
  });

  it('is refused by a deny for the whole account', () => {
    const deny = { Effect: 'Deny', Principal: { AWS: '000000000000' }, Action: 'sqs:*', Resource: QUEUE };
    expect(judge(send, identity(allowSend), onResource(deny)).verdict).toBe('explicit-deny-of-resource');
  });
});

describe('a wildcard in an ARN', () => {
  it('stays within its part', () => {
    const fits = compileArnGlob('arn:aws:*:us-east-1:000000000000:work');
    expect(fits(QUEUE)).toBe(true);
    expect(fits('arn:aws:sqs:x:us-east-1:000000000000:work')).toBe(false);
  });
});

describe('a call to a key', () => {
  const decrypt = { action: 'kms:Decrypt', resource: KEY };
  const allow = { Effect: 'Allow', Action: 'kms:Decrypt', Resource: KEY };
  const toAccount = { Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'kms:*', Resource: '*' };

  it('needs the policy of the key, too: it may leave the matter to the account', () => {
    expect(judge(decrypt, identity(allow)).verdict).toBe('no-resource-policy-allows');
    expect(judge(decrypt, identity(allow), onResource(toAccount)).verdict).toBe('allowed');
    expect(judge(decrypt, identity(), onResource(toAccount)).verdict).toBe('no-identity-policy-allows');
    const only = onResource({ ...toAccount, Action: 'kms:Encrypt' });
    expect(judge(decrypt, identity(allow), only).verdict).toBe('no-resource-policy-allows');
  });

  it('is refused if the policy of the key names another role only', () => {
    const other = { ...toAccount, Principal: { AWS: 'arn:aws:iam::000000000000:role/other' } };
    expect(judge(decrypt, identity(allow), onResource(other)).verdict).toBe('no-resource-policy-allows');
  });
});

describe('a call of a service', () => {
  const policy = (Condition: object) =>
    onResource({ ...allowSend, Principal: { Service: 'events.amazonaws.com' }, Condition: { ...Condition } });
  const verdictOf = (Condition: object) =>
    decide(EVENTS, send, { identity: undefined, resource: policy(Condition) }).verdict;

  it('is allowed by the policy of the resource only, for the rule and account that it names', () => {
    expect(verdictOf({ ArnEquals: { 'aws:SourceArn': EVENTS.sourceArn } })).toBe('allowed');
    expect(verdictOf({ ArnLike: { 'AWS:sourcearn': 'arn:aws:events:*:000000000000:rule/*' } })).toBe(
      'allowed',
    );
    expect(verdictOf({ StringEquals: { 'aws:SourceAccount': '000000000000' } })).toBe('allowed');
    expect(verdictOf({ ArnEquals: { 'aws:SourceArn': `${EVENTS.sourceArn}2` } })).toBe(
      'no-resource-policy-allows',
    );
    expect(verdictOf({ StringEquals: { 'aws:SourceAccount': '111111111111' } })).toBe(
      'no-resource-policy-allows',
    );
    expect(decide(EVENTS, send, { identity: undefined, resource: undefined }).verdict).toBe(
      'no-resource-policy-allows',
    );
  });
});

describe('the partition keys of a request', () => {
  const policies = identity({
    Effect: 'Allow',
    Action: 'dynamodb:PutItem',
    Resource: TABLE,
    Condition: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['T#*', 'J#*'] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  });
  const put = (...keys: readonly string[]) =>
    judge(
      {
        action: 'dynamodb:PutItem',
        resource: TABLE,
        ...(keys.length > 0 && { keys: { 'dynamodb:LeadingKeys': keys } }),
      },
      policies,
    );

  it('must all have a permitted prefix', () => {
    expect(put('T#1').verdict).toBe('allowed');
    expect(put('T#1', 'J#2').verdict).toBe('allowed');
    expect(put('T#1', 'M#2').verdict).toBe('no-identity-policy-allows');
    expect(put('t#1').verdict).toBe('no-identity-policy-allows');
  });

  it('must be there, because a request without keys would pass ForAllValues', () => {
    const { verdict, missed } = put();
    expect(verdict).toBe('no-identity-policy-allows');
    expect(missed.map(({ condition }) => condition.operator)).toEqual(['Null']);
  });

  it('of another role’s statement say nothing', () => {
    expect(
      decide(
        session(),
        { action: 'dynamodb:PutItem', resource: TABLE },
        { identity: identity(), resource: undefined },
      ).verdict,
    ).toBe('no-identity-policy-allows');
  });
});
