import { expect, it } from 'vitest';
import { createTurns } from '../../lib/adapters/turns.ts';

/** A task that ends when the test says so. */
function openTask() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const run = () => {
    task.hasStarted = true;
    return promise;
  };
  const task = { hasStarted: false, resolve, reject, run };
  return task;
}

const passed = () => new Promise((settle) => setImmediate(settle));

it('runs as many tasks at a time as it may, and the next in the order in which they came', async () => {
  const turns = createTurns(2);
  const tasks = [openTask(), openTask(), openTask(), openTask()] as const;
  const results = tasks.map((task) => turns.run(task.run));
  await passed();
  expect(tasks.map((task) => task.hasStarted)).toEqual([true, true, false, false]);
  tasks[1].resolve('second');
  await passed();
  expect(tasks.map((task) => task.hasStarted)).toEqual([true, true, true, false]);
  for (const task of tasks) task.resolve('done');
  expect(await Promise.all(results)).toEqual(['done', 'second', 'done', 'done']);
});

it('goes on after a task that fails, and passes its failure on', async () => {
  const turns = createTurns(1);
  const [first, second] = [openTask(), openTask()];
  const failed = expect(turns.run(first.run)).rejects.toThrow('broken');
  const result = turns.run(second.run);
  first.reject(new Error('broken'));
  await failed;
  second.resolve('done');
  expect(await result).toBe('done');
});

it('has its places again when all tasks have ended', async () => {
  const turns = createTurns(1);
  await turns.run(async () => 'first');
  const [next, later] = [openTask(), openTask()];
  void turns.run(next.run);
  void turns.run(later.run);
  await passed();
  expect([next.hasStarted, later.hasStarted]).toEqual([true, false]);
});
