import { expect, it } from 'vitest';
import { eventually } from '../../../support/eventually.ts';
import { useLocalCloud } from '../../fixture/harness.ts';

const fixture = await useLocalCloud();

const put = (apiUrl: string, id: string) => fetch(`${apiUrl}/things/${id}`, { method: 'PUT', body: '{}' });

it('reads a shard that was split, then both of its children, and hands every record over once', async () => {
  const dataDir = fixture.newDataDir();
  const { cloud, result, lines } = await fixture.start({ dataDir, splitStreamAfter: 4 });
  const ids = Array.from({ length: 24 }, (_, index) => `thing-${index}`);
  for (const id of ids) await put(cloud.apiUrl, id);
  for (const id of ids) {
    await eventually(
      () => result(id),
      (seen) => expect(seen).toMatchObject({ runs: 1 }),
    );
  }
  const relayed = lines.flatMap(({ line }) =>
    line.startsWith('{"relayed"') ? [(JSON.parse(line) as { relayed: string[] }).relayed] : [],
  );
  expect(relayed.flat().sort()).toEqual(ids.map((id) => `T#${id}`).sort());
  await cloud.stop();

  // After a restart the parent is known to be finished, and both children go on.
  const again = await fixture.start({ dataDir, splitStreamAfter: 4 });
  for (const id of ['after-1', 'after-2', 'after-3']) await put(again.cloud.apiUrl, id);
  for (const id of ['after-1', 'after-2', 'after-3']) {
    await eventually(
      () => again.result(id),
      (seen) => expect(seen).toMatchObject({ runs: 1 }),
    );
  }
  expect(await again.result('thing-0')).toMatchObject({ runs: 1 });
});
