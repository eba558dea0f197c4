import { type Journey, openServer } from './journey.ts';

const HOUR_MS = 3_600_000;

/** Alerts: put and sent by deliver, listed, and the summary of an hour, which the sweep sends. */
export async function beAlerted({ admin, record, appears, set, judged }: Journey): Promise<void> {
  const failing = await openServer(() => ({ status: 500 }));
  const watching = await openServer(() => ({ status: 204 }));
  await admin('POST /v1/merchants', { merchantId: 'lambda', name: 'Lambda', schedule: [1] });
  await admin('POST /v1/merchants/lambda/endpoints', { url: failing.url });
  await admin('POST /v1/merchants/lambda/endpoints', { url: watching.url, types: ['tidings.*'] });
  for (const id of ['first', 'second']) await record('lambda', id);
  const isSummary = (sk: unknown) => String(sk).includes('.summary!') && String(sk).includes('#');
  const summary = await appears('I#lambda', ({ sk }) => isSummary(sk));
  await set(summary, 'nextAttemptAt', new Date(Date.now() - HOUR_MS).toISOString());
  await appears('I#lambda', ({ sk, state }) => isSummary(sk) && state === 'delivered');
  await admin('GET /v1/merchants/lambda/alerts');
  await judged.until({ role: 'TidingsDeliver', action: 'dynamodb:Query', key: 'I#' });
  await judged.until({ role: 'TidingsSweep', action: 'dynamodb:UpdateItem', key: 'I#' });
  failing.close();
  watching.close();
}
