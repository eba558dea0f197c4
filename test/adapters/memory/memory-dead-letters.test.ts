import { memoryDeadLetterQueue } from '../../../lib/adapters/memory/delivery/memory-dead-letters.ts';
import { describeDeadLetterQueue } from '../suites/dead-letter-queue-suite.ts';

describeDeadLetterQueue('memory', async (queue) => {
  const back: string[] = [];
  const held = memoryDeadLetterQueue({
    queue,
    clock: { now: Date.now },
    onBack: ({ body }) => void back.push(body),
  });
  return {
    queue: held,
    put: async (body, reason) => held.put({ body, ...(reason !== undefined && { reason }) }),
    back: () => back,
    close: async () => undefined,
  };
});
