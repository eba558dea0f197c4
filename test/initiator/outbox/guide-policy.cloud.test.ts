import { afterAll, describe, expect, it } from 'vitest';
import { startDynamoDbUnderTest } from '../../adapters/support/emulators.ts';
import { codeBlocks } from '../../support/published/guide.ts';
import { ended } from './own-items.ts';
import { useOutbox } from './own-outbox.ts';

const dynamodb = await startDynamoDbUnderTest();
afterAll(() => dynamodb.stop());

interface Statement {
  readonly Action: readonly string[];
  readonly Condition: Readonly<Record<string, Readonly<Record<string, readonly string[] | string>>>>;
}

/** One access to the service's table, as IAM sees it. */
interface Access {
  readonly action: string;
  readonly leadingKey: string;
  readonly attributes: readonly string[];
}

const [policy = ''] = codeBlocks('initiator.md', 'json');
const { Statement: statements } = JSON.parse(policy) as { readonly Statement: readonly Statement[] };

function values(statement: Statement, key: string): readonly string[] {
  return Object.values(statement.Condition).flatMap((condition) => condition[`dynamodb:${key}`] ?? []);
}

function isAllowed({ action, leadingKey, attributes }: Access): boolean {
  return statements.some((statement) => {
    const isOwn = values(statement, 'LeadingKeys').some((pattern) =>
      pattern.endsWith('*') ? leadingKey.startsWith(pattern.slice(0, -1)) : leadingKey === pattern,
    );
    const known = values(statement, 'Attributes');
    return (
      statement.Action.includes(`dynamodb:${action}`) &&
      isOwn &&
      attributes.every((name) => known.includes(name))
    );
  });
}

type Raw = Readonly<Record<string, never>>;

/** What a request touches in the service's table: keys, items, and every name in an expression. */
function accesses(operation: string, body: Raw): readonly Access[] {
  if (operation !== 'TransactWriteItems') return [accessOf(operation, body)];
  return (body.TransactItems as unknown as Raw[]).flatMap((item) => {
    if ('Put' in item) return accessOf('PutItem', item.Put as Raw);
    return 'ConditionCheck' in item ? accessOf('ConditionCheckItem', item.ConditionCheck as Raw) : [];
  });
}

function accessOf(action: string, request: Raw): Access {
  const names = (request.ExpressionAttributeNames ?? {}) as Record<string, string>;
  const expressions = ['ConditionExpression', 'ProjectionExpression', 'KeyConditionExpression']
    .map((name) => request[name] ?? '')
    .join(' ')
    .replaceAll(/\b(?:AND|attribute_not_exists|begins_with)\b|[#:]\w+/g, '');
  const key = { ...(request.Key ?? {}), ...(request.Item ?? {}) } as { pk?: { S: string } };
  const queried = request.ExpressionAttributeValues as Record<string, { S: string }> | undefined;
  const attributes = [...Object.keys(key), ...Object.values(names), ...(expressions.match(/\w+/g) ?? [])];
  return { action, leadingKey: key.pk?.S ?? queried?.[':pk']?.S ?? '', attributes };
}

describe('the policy of the guide', () => {
  const outbox = useOutbox(dynamodb);

  it('lets through all that the library does, and not one attribute more', async () => {
    const full = {
      reference: 'ORDER-1',
      reason: { code: 'ok', message: '' },
      relatedTransactionId: 'pay_0',
      notifyUrl: 'https://shop.example/n',
      metadata: { a: 1 },
    };
    await outbox.commit('pay_1', { outcome: ended('pay_1', full) });
    await outbox.commit('pay_1', { outcome: ended('pay_1', full) });
    await outbox.record('pay_2', { status: 'PENDING' });
    await outbox.commit('pay_2');
    const { asked, bodies } = outbox.faulty;
    const made = bodies.flatMap((body, index) => accesses(asked[index] ?? '', body as Raw));
    // The statements are for the guide's merchant.
    const asDemo = made.map((access) => ({
      ...access,
      leadingKey: access.leadingKey.replace(/^([TM])#shop/, '$1#demo'),
    }));
    expect(asDemo.filter((access) => !isAllowed(access))).toEqual([]);
    expect(new Set(made.map(({ action }) => `dynamodb:${action}`))).toEqual(
      new Set(statements.flatMap(({ Action }) => Action)),
    );
    for (const statement of statements) {
      const used = made.filter(({ action }) => statement.Action.includes(`dynamodb:${action}`));
      expect(new Set(values(statement, 'Attributes'))).toEqual(
        new Set(['pk', 'sk', ...used.flatMap(({ attributes }) => attributes)]),
      );
    }
  });
});

describe('by the policy of the guide', () => {
  it.each<[string, Access]>([
    ['another merchant', { action: 'PutItem', leadingKey: 'T#demo2#pay_1', attributes: [] }],
    ['a merchant whose name begins like it', { action: 'GetItem', leadingKey: 'M#demo2', attributes: [] }],
    ['settings', { action: 'PutItem', leadingKey: 'M#demo', attributes: [] }],
    ['sealed secrets', { action: 'GetItem', leadingKey: 'M#demo', attributes: ['secrets'] }],
    ['what is due', { action: 'PutItem', leadingKey: 'T#demo#pay_1', attributes: ['nextAttemptAt'] }],
    ['the fence', { action: 'PutItem', leadingKey: 'T#demo#pay_1', attributes: ['rev'] }],
    ['a stored outcome', { action: 'UpdateItem', leadingKey: 'T#demo#pay_1', attributes: ['status'] }],
    ['a deletion', { action: 'DeleteItem', leadingKey: 'T#demo#pay_1', attributes: [] }],
  ])('does not permit changes of %s', (_what, access) => {
    expect(isAllowed(access)).toBe(false);
  });
});
