import { expect, it } from 'vitest';

/** Functions, each with a variable that no other function of the same wiring reads. */
const OWN_VARIABLES = [
  ['admin', 'TIDINGS_RETRY_QUEUE_URL'],
  ['audit', 'TIDINGS_RETRY_QUEUE_URL'],
  ['check', 'TIDINGS_SIGNING_SECRET_ID'],
  ['console', 'TIDINGS_LAMBDA_HOST'],
  ['deliver', 'TIDINGS_SEAL_KEY_ID'],
  ['operate', 'TIDINGS_SEAL_KEY_ID'],
  ['query', 'TIDINGS_STATEMENTS_HOST'],
  ['record', 'TIDINGS_INTAKE_QUEUE_URL'],
  ['statement', 'TIDINGS_STATEMENTS_BUCKET'],
] as const;

it.each(OWN_VARIABLES)(
  '%s reads its configuration at once: one error names all that is missing',
  async (name, own) => {
    const loading = import(`../../functions/${name}.ts`);
    await expect(loading).rejects.toThrow(/^Wrong configuration: TIDINGS_TABLE_NAME is missing; /);
    await expect(loading).rejects.toThrow(`${own} is missing`);
  },
);
