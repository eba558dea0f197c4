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

it('lets a task leave the line that is aborted before its turn, and passes the turn to the next', async () => {
  const turns = createTurns(1);
  const [first, left, next] = [openTask(), openTask(), openTask()];
  const leaving = new AbortController();
  const results = [turns.run(first.run), turns.run(next.run)];
  const refused = [turns.run(left.run, leaving.signal), turns.run(left.run, AbortSignal.abort('too late'))];
  leaving.abort('too late');
  for (const result of refused)
    await expect(result).rejects.toMatchObject({ name: 'AbortError', cause: 'too late' });
  first.resolve('first');
  next.resolve('next');
  expect(await Promise.all(results)).toEqual(['first', 'next']);
  expect(left.hasStarted).toBe(false);
});

it('keeps its place when a task is aborted in its turn, or fails before it returns a promise', async () => {
  const turns = createTurns(1);
  const running = new AbortController();
  const task = openTask();
  const result = turns.run(task.run, running.signal);
  const thrown = expect(
    turns.run(() => {
      throw new Error('at once');
    }),
  ).rejects.toThrow('at once');
  const last = turns.run(async () => 'last');
  running.abort();
  task.resolve('whole');
  expect(await result).toBe('whole');
  await thrown;
  expect(await last).toBe('last');
});
