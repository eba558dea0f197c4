import { describe, expect, it } from 'vitest';
import { createResolver } from '../../../lib/local/template/intrinsics.ts';
import type { Json } from '../../../lib/local/template/json-object.ts';

describe('intrinsic functions', () => {
  const resolver = createResolver(
    {
      stackName: 'Shop',
      conditions: {
        IsHere: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
        IsNot: { 'Fn::Not': [{ Condition: 'IsHere' }] },
        Both: {
          'Fn::And': [
            { Condition: 'IsHere' },
            { 'Fn::Or': [{ Condition: 'IsNot' }, { Condition: 'IsHere' }] },
          ],
        },
      },
      parameters: { Size: { Type: 'String', Default: 'large' } },
      mappings: { Map: { 'us-east-1': { key: 'mapped' } } },
    },
    {
      ref: (id) => (id === 'Queue' ? 'http://queue' : undefined),
      attribute: (id, name) => (id === 'Queue' && name === 'Arn' ? 'arn:queue' : undefined),
    },
  );
  it.each<[Json, Json | undefined]>([
    [{ Ref: 'Queue' }, 'http://queue'],
    [{ Ref: 'Size' }, 'large'],
    [{ 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn:queue'],
    [{ 'Fn::Join': ['-', [{ Ref: 'AWS::StackName' }, { Ref: 'AWS::AccountId' }]] }, 'Shop-000000000000'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders are CloudFormation's.
    [{ 'Fn::Sub': '${Queue.Arn}/${AWS::Region}/${!kept}' }, 'arn:queue/us-east-1/${kept}'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders are CloudFormation's.
    [{ 'Fn::Sub': ['${own}', { own: { Ref: 'Queue' } }] }, 'http://queue'],
    [{ 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
    [{ 'Fn::If': ['Both', 'yes', 'no'] }, 'yes'],
    [{ 'Fn::If': ['IsNot', 'yes', { Ref: 'AWS::NoValue' }] }, undefined],
    [{ a: { Ref: 'AWS::NoValue' }, b: [{ Ref: 'AWS::NoValue' }, 1] }, { b: [1] }],
    [{ 'Fn::FindInMap': ['Map', { Ref: 'AWS::Region' }, 'key'] }, 'mapped'],
    [{ Condition: { StringEquals: { a: 'b' } } }, { Condition: { StringEquals: { a: 'b' } } }],
  ])('%j', (value, expected) => {
    expect(resolver.resolve(value, 'Test')).toEqual(expected);
  });

  it.each<[Json, RegExp]>([
    [{ Ref: 'Nothing' }, /Test: Ref to unknown Nothing/],
    [{ 'Fn::GetAtt': ['Queue', 'Colour'] }, /unknown Queue.Colour/],
    [{ 'Fn::Cidr': ['10.0.0.0/8', 2] }, /does not know Fn::Cidr/],
    ['{{resolve:ssm:name}}', /dynamic reference/],
    [{ 'Fn::If': ['Nobody', 1, 2] }, /condition Nobody is not defined/],
  ])('%j is refused', (value, message) => {
    expect(() => resolver.resolve(value, 'Test')).toThrow(message);
  });
});
