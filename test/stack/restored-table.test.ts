import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import type { NotificationServiceProps } from '../../lib/stack/settings/props.ts';
import { TidingsStack } from '../../lib/stack/tidings-stack.ts';
import type { Properties } from './synthesized-template.ts';

const stream = (name: string) =>
  `arn:aws:dynamodb:eu-central-1:123456789012:table/${name}/stream/2026-11-20T08:00:00.000`;
const restoredTable = { tableName: 'tidings-restored', streamArn: stream('tidings-restored') };

const resourcesOf = (service: NotificationServiceProps): Readonly<Record<string, Properties>> =>
  Template.fromStack(new TidingsStack(new App(), 'Tidings', { service })).toJSON().Resources;
const own = resourcesOf({});
const restored = resourcesOf({ restoredTable });

describe('a restored table', () => {
  it('takes the place of the own one, which leaves the stack and stays in the account', () => {
    const gone = Object.keys(own).filter((id) => !(id in restored));
    expect(gone.map((id) => own[id]?.Type)).toEqual(['AWS::DynamoDB::Table']);
    expect(own[gone[0] ?? '']).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(Object.keys(restored).filter((id) => !(id in own))).toEqual([]);
  });

  it('is named wherever the own one was', () => {
    const [table = ''] = Object.keys(own).filter((id) => !(id in restored));
    const text = JSON.stringify(restored);
    expect(text).not.toContain(table);
    for (const [id, { Type, Properties }] of Object.entries(own)) {
      if (id === table || !JSON.stringify(Properties ?? {}).includes(table)) continue;
      expect(JSON.stringify(restored[id]?.Properties), `${Type} ${id}`).toContain(restoredTable.tableName);
    }
  });

  it('is followed by the relay, from the beginning of its own stream', () => {
    const sources = Object.values(restored).filter(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping');
    const [relay] = sources.filter(({ Properties }) => Properties.EventSourceArn === restoredTable.streamArn);
    expect(relay?.Properties.StartingPosition).toBe('TRIM_HORIZON');
  });

  it.each([
    [{ tableName: 'tidings-restored', streamArn: stream('another') }, 'the stream of this table'],
    [{ tableName: 'tidings-restored', streamArn: 'arn:aws:dynamodb:x' }, 'the ARN of its stream'],
    [{ tableName: 'no/table', streamArn: stream('no') }, 'the name of a table'],
    [{ tableName: 'tidings-restored' }, 'streamArn'],
  ])('is refused as %j', (wrong, why) => {
    expect(() => resourcesOf({ restoredTable: wrong as typeof restoredTable })).toThrow(why);
  });
});
