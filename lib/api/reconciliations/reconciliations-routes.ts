import type { WindowPorts } from '../../core/feed/closed-windows.ts';
import {
  type ClaimRefusal,
  type Reconciliation,
  reconcile,
} from '../../core/query/reconciliation/ledger-comparison.ts';
import { type Route, route } from '../api-app.ts';
import { type FieldError, MAX_ERRORS } from '../contract/field-errors.ts';
import { answer, problem } from '../contract/operation.ts';
import { windowProblem } from '../windows/window-problems.ts';
import * as contract from './reconciliations-contract.ts';

export function reconcilingRoutes(ports: WindowPorts): readonly Route[] {
  return [
    route(contract.reconcile, async ({ merchantId, body }) => {
      const { window: start, ...claim } = body;
      const result = await reconcile(ports, { merchantId, start, ...claim });
      switch (result.kind) {
        case 'refused':
          return windowProblem(result, '/body');
        case 'wrong_rows':
          return problem(result.code, { errors: rowErrors(result) });
        case 'too_many_differences':
          return problem(result.kind, { asOf: result.asOf });
        case 'reconciled':
          return answer(200, reconciliationView(result, claim.bucket), result.asOf);
      }
    }),
  ];
}

function rowErrors({ code, rows }: Extract<ClaimRefusal, { kind: 'wrong_rows' }>): readonly FieldError[] {
  return rows.slice(0, MAX_ERRORS).map((row) => ({ pointer: `/rows/${row}`, code }));
}

function reconciliationView(reconciliation: Reconciliation, bucket: number | undefined): object {
  const { window, windowSeconds, here, there, differences } = reconciliation;
  const { start, end, revision } = window;
  const about = { start, end, revision, windowSeconds, ...(bucket !== undefined && { bucket }) };
  return { ...about, here, there, differences };
}
