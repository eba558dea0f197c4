import { readStatement, type StatementQueryPorts } from '../../core/query/reconciliation/statement-answer.ts';
import { type Route, route } from '../api-app.ts';
import { answer, problem } from '../contract/operation.ts';
import { askStatement } from './statements-contract.ts';

export function statementRoutes(ports: StatementQueryPorts): readonly Route[] {
  return [
    route(askStatement, async ({ merchantId, params }) => {
      const found = await readStatement(ports, { merchantId, date: params.date });
      const { asOf } = found;
      if (found.kind === 'refused') {
        return problem(found.code, { asOf, ...('details' in found && { extra: found.details }) });
      }
      const { url, expiresAt } = found;
      const { date, timeZone, from, to, revision, rows, bytes, sha256 } = found.statement;
      return answer(200, { date, timeZone, from, to, revision, rows, bytes, sha256, url, expiresAt }, asOf);
    }),
  ];
}
