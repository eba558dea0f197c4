import { describe, expect, it } from 'vitest';
import { functionId, type Properties, referenced, resourcesOf } from './synthesized-template.ts';

const readers = resourcesOf('AWS::Lambda::EventSourceMapping')
  .map(([, properties]) => properties)
  .filter(({ StartingPosition }) => StartingPosition !== undefined);
const readerOf = (name: string): Properties => {
  const found = readers.find(({ FunctionName }) => referenced(FunctionName) === functionId(name));
  if (found === undefined) throw new Error(`${name} does not read the stream.`);
  return found;
};

describe('the stream of the table', () => {
  it('has two readers, which is all that DynamoDB serves without throttling them', () => {
    expect(readers).toHaveLength(2);
    expect(readers).toEqual(expect.arrayContaining([readerOf('Relay'), readerOf('Count')]));
  });

  it('shows the results of writes: another view would make CloudFormation switch it off and on', () => {
    const [[, table] = ['', {}]] = resourcesOf('AWS::DynamoDB::Table');
    expect(table.StreamSpecification).toEqual({ StreamViewType: 'NEW_IMAGE' });
  });

  it.each(['Relay', 'Count'])(
    'skips no record for %s: it starts at the oldest and repeats without end',
    (name) => {
      const { StartingPosition, MaximumRetryAttempts = -1, MaximumRecordAgeInSeconds = -1 } = readerOf(name);
      expect([StartingPosition, MaximumRetryAttempts, MaximumRecordAgeInSeconds]).toEqual([
        'TRIM_HORIZON',
        -1,
        -1,
      ]);
    },
  );

  it('names its shards to count, and gives it one batch of a shard at a time, once a minute', () => {
    const { TumblingWindowInSeconds, ParallelizationFactor = 1, ...batches } = readerOf('Count');
    // Lambda passes the shard's id only to functions with a tumbling window.
    expect(TumblingWindowInSeconds).toBeGreaterThan(0);
    expect(ParallelizationFactor).toBe(1);
    expect(batches).toMatchObject({ MaximumBatchingWindowInSeconds: 60, BatchSize: 10_000 });
  });

  it('shows count the writes of notifications and of what the audit expects, and not those that expire', () => {
    const patterns = readerOf('Count').FilterCriteria.Filters.map(({ Pattern }: Properties) =>
      JSON.parse(Pattern),
    );
    expect(patterns).toEqual(
      ['N#', 'X#'].flatMap((prefix) =>
        ['INSERT', 'MODIFY'].map((eventName) => ({
          eventName: [eventName],
          dynamodb: { Keys: { sk: { S: [{ prefix }] } } },
        })),
      ),
    );
  });
});
