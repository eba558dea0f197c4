import { expect, it } from 'vitest';
import { run, start } from '../../e2e/command-line/program.ts';
import { useServer } from '../../support/running/listening.ts';
import { handmadeReceiver, rightReceiver, SECRET } from './receivers-to-examine.ts';

/** `trigger` and `doctor` as people run them: a process, and text. */

const startServer = useServer();
const env = { TIDINGS_LISTEN_SECRET: SECRET };

it('trigger shows people each callback, and each finding with what to change', async () => {
  const url = await startServer(handmadeReceiver({ refusesDuplicates: true }));
  const ended = await run(['trigger', 'payment.succeeded', '--forward-to', url, '--times', '2', '--forge'], {
    env,
  });
  expect(ended.stderr).toBe('');
  expect(ended.stdout).toMatch(/^→ valid +trigger_\w+ 1 {2}204 {2}\d+ ms$/m);
  expect(ended.stdout).toMatch(
    /^✗ duplicate_refused +It refused a callback that it had already: 409\.\n +Answer 2xx/m,
  );
  expect(ended.stdout).toMatch(/^✓ wrong_signature /m);
  expect(ended.status).toBe(1);
});

it('trigger ends with status 0 for a right receiver, and 3 without one', async () => {
  const url = await startServer(rightReceiver());
  const words = (to: string) => ['trigger', 'payment.failed', '--forward-to', to, '--forge', '--reorder'];
  expect((await run(words(url), { env })).status).toBe(0);
  expect(await run(words('http://127.0.0.1:1/'), { env })).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('tidings doctor'),
  });
});

it('doctor shows people each line, and ends with the status of its findings', async () => {
  const right = await run(['doctor', await startServer(rightReceiver())], { env });
  expect(right.stdout).toMatch(/^✓ signature /m);
  expect(right).toMatchObject({ status: 0, stderr: '' });
  const parsing = handmadeReceiver({ parsesFirst: (value) => JSON.stringify(value) });
  const wrong = await run(['doctor', await startServer(parsing)], { env });
  expect(wrong.stdout).toMatch(/^✗ body_parser .*\n( {21}.*\n)* {21}Verify the raw bytes/m);
  expect(wrong.status).toBe(1);
});

it.each(['trigger', 'doctor'])('%s shows no control characters that a receiver sends', async (command) => {
  const receiver = handmadeReceiver({
    answer: (response) => response.writeHead(300, { location: '/\u009b31mred' }).end('\u001b[31mred'),
  });
  const url = await startServer(receiver);
  const words = command === 'doctor' ? [command, url] : [command, 'payment.succeeded', '--forward-to', url];
  const { stdout } = await run(words, { env });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

it('Ctrl-C ends a doctor who waits for an answer', async () => {
  const asked = Promise.withResolvers<void>();
  const url = await startServer(() => asked.resolve());
  const child = start(['doctor', url], { env });
  await asked.promise;
  child.kill('SIGINT');
  const status = await new Promise((resolve) => child.once('exit', resolve));
  expect(status).toBe(130);
});
