import type { Table } from '../../lib/adapters/dynamodb/table/table-client.ts';
import type { HttpEvent, HttpResult } from '../../lib/api/http/http-event.ts';
import { openInvoking } from './invoking.ts';

/** A request that the function behind a function URL passes on. It names itself, so that the console can ask it. */
export interface PassedOnEvent extends HttpEvent {
  readonly passedOnBy: string;
}

/** Less than either function may run. */
const PATIENCE_MS = 28_000;
const TOO_LATE: HttpResult = {
  statusCode: 503,
  headers: { 'retry-after': '5' },
  body: '',
  isBase64Encoded: false,
};

/** Passes requests on to another function, and gives back its answers. */
export function passOnTo(functionName: string, table: Table): (event: HttpEvent) => Promise<HttpResult> {
  const invoke = openInvoking(table);
  const passedOnBy = process.env.AWS_LAMBDA_FUNCTION_NAME ?? '';
  return async (event) => {
    const passedOn: PassedOnEvent = { ...event, passedOnBy };
    const answer = await invoke({ functionName, event: passedOn, timeoutMs: PATIENCE_MS }).catch(
      () => TOO_LATE,
    );
    return answer as HttpResult;
  };
}
