import { describe, expect, it } from 'vitest';
import { canonicalKey } from '../../../../lib/local/iam/policies/condition-keys.ts';
import { compileOperator } from '../../../../lib/local/iam/policies/condition-operators.ts';

type Given = readonly string[] | undefined;

/** The IAM user guide's own rules: "IAM JSON policy elements: Condition operators". */
describe('a condition operator', () => {
  it.each<[operator: string, wanted: readonly string[], given: Given, holds: boolean]>([
    ['StringEquals', ['a', 'b'], ['b'], true],
    ['StringEquals', ['a'], ['A'], false],
    ['StringEqualsIgnoreCase', ['a'], ['A'], true],
    ['StringNotEqualsIgnoreCase', ['a'], ['A'], false],
    ['StringLike', ['T#*'], ['T#1'], true],
    ['StringLike', ['T?1'], ['T#1'], true],
    ['StringLike', ['T#*'], ['M#1'], false],
    ['StringNotLike', ['T#*'], ['M#1'], true],
    ['StringNotEquals', ['a', 'b'], ['b'], false],
    ['StringNotEquals', ['a', 'b'], ['c'], true],
    ['Bool', ['true'], ['True'], true],
    ['Bool', ['true'], ['false'], false],
    ['ArnLike', ['arn:aws:sqs:*:1:q*'], ['arn:aws:sqs:eu:1:queue'], true],
    ['ArnEquals', ['arn:aws:sqs:*:1:q*'], ['arn:aws:sqs:eu:2:queue'], false],
    ['ArnNotEquals', ['arn:aws:sqs:eu:1:a'], ['arn:aws:sqs:eu:1:b'], true],
    ['NumericLessThan', ['10'], ['9'], true],
    ['NumericLessThan', ['10'], ['10'], false],
    ['NumericGreaterThanEquals', ['10'], ['10'], true],
    ['NumericEquals', ['1.0'], ['1'], true],
    ['NumericLessThan', ['10'], ['ten'], false],
    ['DateGreaterThan', ['2026-11-20T08:00:00Z'], ['2026-11-20T08:00:01Z'], true],
    ['DateLessThan', ['2026-11-20T08:00:00Z'], ['1700000000'], true],
  ])('%s %j on %j: %s', (operator, wanted, given, holds) => {
    expect(compileOperator(operator, wanted)?.(given)).toBe(holds);
  });

  it.each<[operator: string, holds: boolean]>([
    ['StringEquals', false],
    ['StringLike', false],
    ['Bool', false],
    ['ArnLike', false],
    ['NumericLessThan', false],
    ['StringNotEquals', true],
    ['StringNotLike', true],
    ['ArnNotLike', true],
    ['StringEqualsIfExists', true],
    ['BoolIfExists', true],
    ['ForAllValues:StringEquals', true],
    ['ForAnyValue:StringEquals', false],
    ['ForAnyValue:StringEqualsIfExists', true],
  ])('%s without the key in the request: %s', (operator, holds) => {
    expect(compileOperator(operator, ['a'])?.(undefined)).toBe(holds);
    expect(compileOperator(operator, ['a'])?.([])).toBe(holds);
  });

  it.each<[operator: string, given: Given, holds: boolean]>([
    ['ForAllValues:StringEquals', ['a', 'b'], true],
    ['ForAllValues:StringEquals', ['a', 'c'], false],
    ['ForAnyValue:StringEquals', ['a', 'c'], true],
    ['ForAnyValue:StringEquals', ['c', 'd'], false],
    ['ForAllValues:StringNotEquals', ['c', 'd'], true],
    ['ForAllValues:StringNotEquals', ['a', 'd'], false],
    ['ForAnyValue:StringNotEquals', ['a', 'd'], true],
  ])('%s [a, b] on %j: %s', (operator, given, holds) => {
    expect(compileOperator(operator, ['a', 'b'])?.(given)).toBe(holds);
  });

  it('Null asks whether the key is absent', () => {
    expect(compileOperator('Null', ['true'])?.(undefined)).toBe(true);
    expect(compileOperator('Null', ['true'])?.(['a'])).toBe(false);
    expect(compileOperator('Null', ['false'])?.(['a'])).toBe(true);
    expect(compileOperator('Null', ['false'])?.([])).toBe(false);
  });

  it.each([
    'IpAddress',
    'BinaryEquals',
    'StringStartsWith',
    'stringequals',
    'ForSomeValues:StringEquals',
    'NullIfExists',
    'constructor',
    '',
  ])('%s is not known', (operator) => expect(compileOperator(operator, ['a'])).toBeUndefined());
});

describe('a condition key', () => {
  it('is known in any case, by one name', () => {
    expect(canonicalKey('AWS:sourcearn')).toBe('aws:SourceArn');
    expect(canonicalKey('dynamodb:leadingkeys')).toBe('dynamodb:LeadingKeys');
    expect(canonicalKey('kms:EncryptionContext:Owner')).toBe('kms:EncryptionContext:owner');
  });

  it.each(['dynamodb:Attributes', 'aws:SourceIp', 'aws:PrincipalTag/team', 'kms:EncryptionContext:', 'x'])(
    '%s is not known',
    (key) => expect(canonicalKey(key)).toBeUndefined(),
  );
});
