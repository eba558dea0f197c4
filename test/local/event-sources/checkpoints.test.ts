import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openCheckpoints, passedByAll } from '../../../lib/local/event-sources/checkpoints.ts';
import { openState } from '../../../lib/local/storage/state.ts';

const streamArn = 'arn:stream';
const shard = { streamArn, shardId: 'shard-1' };

it('says that a shard is passed as far as its slowest mapping has processed it', () => {
  const state = openState(mkdtempSync(join(tmpdir(), 'tidings-checkpoints-')));
  try {
    const [relay, counts] = ['relay', 'counts'].map((name) => openCheckpoints(state, name, streamArn));
    relay?.save(shard.shardId, '1000');
    expect(passedByAll(state, { ...shard, mappings: ['relay', 'counts'] })).toBeUndefined();
    counts?.save(shard.shardId, undefined);
    expect(passedByAll(state, { ...shard, mappings: ['relay', 'counts'] })).toBeUndefined();
    counts?.save(shard.shardId, '999');
    expect(passedByAll(state, { ...shard, mappings: ['relay', 'counts'] })).toBe(999n);
    expect(passedByAll(state, { ...shard, mappings: [] })).toBeUndefined();
  } finally {
    state.close();
  }
});
