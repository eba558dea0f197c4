import { writeFileSync } from 'node:fs';
import packageJson from '../../package.json' with { type: 'json' };
import { startDynamoDbUnderTest } from '../adapters/support/emulators.ts';
import synthesize from '../support/synthesized.ts';
import { tellStory } from './release-story.ts';
import { answersOf } from './story-answers.ts';
import { openTableWorld } from './table-world.ts';

/**
 * Writes the rows, messages and answers of this version into fixtures/<version>.json: `npm run freeze:rows`. Run it at a
 * release and at no other time: every later version must read what the file holds.
 */

const { version } = packageJson;
await synthesize();
const dynamodb = await startDynamoDbUnderTest();
const world = await openTableWorld(dynamodb);
try {
  const keys = await tellStory(world);
  const release = {
    version,
    atMs: world.time.nowMs,
    keys,
    rows: await world.rows(),
    messages: world.queue.map(({ lane, message, atMs }) => ({ lane, atMs, body: JSON.stringify(message) })),
    answers: await answersOf(world, keys),
  };
  const file = new URL(`./fixtures/${version}.json`, import.meta.url);
  writeFileSync(file, `${JSON.stringify(release, undefined, 1)}\n`);
} finally {
  await world.close();
  await dynamodb.stop();
}
