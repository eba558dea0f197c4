import { expect, it } from 'vitest';
import { stopAll } from '../../lib/local/stop-all.ts';

it('stops what comes behind one that failed, and throws the first failure', async () => {
  const stopped: string[] = [];
  const stop = (name: string, failure?: string) => async () => {
    stopped.push(name);
    if (failure !== undefined) throw new Error(failure);
  };
  const stops = [stop('api'), stop('table', 'still busy'), stop('queues', 'gone'), stop('state')];
  await expect(stopAll(stops)).rejects.toThrow('still busy');
  expect(stopped).toEqual(['api', 'table', 'queues', 'state']);
});
