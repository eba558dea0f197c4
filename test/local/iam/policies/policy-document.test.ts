import { describe, expect, it } from 'vitest';
import { readPolicy } from '../../../../lib/local/iam/policies/policy-document.ts';
import type { Json, JsonObject } from '../../../../lib/local/template/json-object.ts';

const statement = { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '*' };
const read = (document: Json, kind: Parameters<typeof readPolicy>[1] = 'identity') =>
  readPolicy(document, kind, 'Policy of role Role');

describe('a policy document', () => {
  it('may have one statement without a list, and texts in place of lists', () => {
    expect(read({ Statement: statement })).toMatchObject([
      { effect: 'Allow', actions: { patterns: ['sqs:SendMessage'], isExcluding: false }, conditions: [] },
    ]);
  });

  it.each<[what: string, changes: JsonObject, message: RegExp]>([
    [
      'a condition operator',
      { Condition: { IpAddress: { 'aws:SourceArn': 'x' } } },
      /does not know the condition operator IpAddress\. Use one that it knows \(StringEquals.*or teach lib\/local\/iam\/policies\/condition-operators\.ts/,
    ],
    [
      'a condition key',
      { Condition: { StringEquals: { 'aws:SourceIp': 'x' } } },
      /does not know the condition key aws:SourceIp\. Use one that its requests carry/,
    ],
    [
      'a set without its operator',
      { Condition: { StringLike: { 'dynamodb:LeadingKeys': 'T#*' } } },
      /can have several values\. Use ForAllValues:StringLike/,
    ],
    [
      'a variable',
      { Condition: { StringLike: { 'aws:PrincipalArn': '$' + '{aws:username}' } } },
      /does not know the policy variable in \$\{aws:username\}\. Write the value itself/,
    ],
    ['a variable in a resource', { Resource: 'arn:aws:s3:::bucket/$' + '{aws:userid}/*' }, /policy variable/],
    ['an empty list of actions', { Action: [] }, /Action is an empty list/],
    ['an empty list of resources', { Resource: [] }, /Resource is an empty list/],
    ['an element', { Effects: 'Allow' }, /does not know the policy element Effects\. Take it out/],
    ['an effect', { Effect: 'allow' }, /Effect must be Allow or Deny, not allow/],
    ['an action', { Action: 'SendMessage' }, /SendMessage is not an action/],
    ['a resource', { Resource: 'work' }, /the resource work is neither \* nor an ARN/],
    ['two lists of actions', { NotAction: 'sqs:*' }, /exactly one of Action and NotAction/],
    ['a principal in the policy of a role', { Principal: '*' }, /a policy of a role has no Principal/],
    ['an excluded principal', { NotPrincipal: '*' }, /does not know NotPrincipal/],
  ])('with %s that is not known is refused: where it stands, and what to do', (_, changes, message) => {
    const read_ = () => read({ Statement: [statement, { ...statement, Sid: 'Mine', ...changes }] });
    expect(read_).toThrow(message);
    expect(read_).toThrow(/^Policy of role Role, statement 2 \(Mine\)/);
    expect(read_).toThrow(expect.objectContaining({ code: 'unsupported_template' }));
  });

  it('without statements, or that is a list, is refused', () => {
    expect(() => read({ Version: '2012-10-17' })).toThrow(/Statement is missing/);
    expect(() => read([statement])).toThrow(/not an object/);
  });

  it.each<[what: string, principal: Json, message: RegExp]>([
    ['federated', { Federated: 'accounts.google.com' }, /principals of the kind Federated/],
    ['canonical', { CanonicalUser: 'x' }, /principals of the kind CanonicalUser/],
    ['with a wildcard', { AWS: 'arn:aws:iam::000000000000:role/*' }, /neither \*, nor an account id/],
    ['a word', 'everyone', /does not know the principal everyone/],
  ])('of a resource with a principal that is %s is refused', (_, Principal, message) => {
    expect(() => read({ Statement: { ...statement, Principal } }, 'resource')).toThrow(message);
  });

  it('of a resource names its principals, and a trust policy no resource', () => {
    expect(() => read({ Statement: statement }, 'resource')).toThrow(/Principal is missing/);
    const trust = {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Service: 'lambda.amazonaws.com' },
    };
    expect(read({ Statement: trust }, 'trust')).toMatchObject([
      { principals: { services: ['lambda.amazonaws.com'] } },
    ]);
    expect(() => read({ Statement: { ...trust, Resource: '*' } }, 'trust')).toThrow(/no Resource/);
  });

  it('tells all that is wrong at once', () => {
    const bad = { ...statement, Condition: { IpAddress: {} } };
    expect(() => read({ Statement: [bad, statement, bad] })).toThrow(/statement 1: .*\n.*statement 3: /);
  });

  it('of another version is refused', () => {
    expect(() => read({ Version: '2030-01-01', Statement: [] })).toThrow(/policy version 2030-01-01/);
  });
});
