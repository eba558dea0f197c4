import { App, Stack } from 'aws-cdk-lib';
import { AttributeType, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { describe, expect, it } from 'vitest';
import { relaySource } from '../../lib/stack/relay-source.ts';

describe('the parallelization of the relay', () => {
  const table = () =>
    new Table(new Stack(new App(), 'Stack'), 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      stream: StreamViewType.NEW_IMAGE,
    });

  it.each([1, 10])('may be %d', (parallelization) => {
    expect(() => relaySource(table(), parallelization)).not.toThrow();
  });

  it.each([0, 11, 1.5, Number.NaN, -1])('is refused at synthesis where it is %d', (parallelization) => {
    expect(() => relaySource(table(), parallelization)).toThrow('relayParallelization');
  });
});
