import { describe, expect, it } from 'vitest';
import { VERIFY_SNIPPETS } from '../../lib/console/view/delivery/verify-snippets.ts';
import { makeConsoleJudges } from './programs/console-judges.ts';
import { argumentsOf, MESSAGES, statusOf } from './programs/judged-messages.ts';

const { programs, missing } = await makeConsoleJudges();
for (const { language, why } of missing)
  console.log(`The code of the console for ${language} was not tried: ${why}.`);

it('the console shows code in no language but those that are tried, or said to be missing', () => {
  const known = [...programs, ...missing].map(({ language }) => language);
  expect(VERIFY_SNIPPETS.map(({ label }) => label)).toEqual(known);
});

describe.each(programs)('the code that the console shows for $language', (program) => {
  it.each(MESSAGES.filter(({ kind }) => kind === 'v1'))('judges $name', (message) => {
    const environment = { ...program.environment, ENDPOINT_SECRET: message.key };
    const judged = statusOf({ ...program, environment }, argumentsOf(message));
    expect(judged).toEqual({ status: message.isGenuine ? 0 : 1 });
  });
});
