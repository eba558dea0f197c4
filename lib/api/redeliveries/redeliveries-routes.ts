import { cancelRedelivery } from '../../core/deliver/redelivery/cancel-redelivery.ts';
import { progressOf } from '../../core/deliver/redelivery/job-progress.ts';
import type { Job } from '../../core/deliver/redelivery/redelivery-job.ts';
import {
  type StartPorts,
  type StartResult,
  startRedelivery,
} from '../../core/deliver/redelivery/start-redelivery.ts';
import type { MerchantId } from '../../core/model.ts';
import { readJobs } from '../../core/query/redelivery-list.ts';
import { acting, type WithoutTrail } from '../acting.ts';
import { type Route, route } from '../api-app.ts';
import { type Answer, answer, problem } from '../contract/operation.ts';
import { type PagedList, pageEnd, readCursor } from '../list-cursor.ts';
import * as contract from './redeliveries-contract.ts';

const DEFAULT_PAGE = 20;

export function redeliveryRoutes(ports: WithoutTrail<StartPorts>): readonly Route[] {
  return [
    route(contract.redeliverRange, async ({ caller, merchantId, body }) =>
      started(await startRedelivery(acting(ports, caller), { merchantId, ...body })),
    ),

    route(contract.listRedeliveries, async ({ merchantId, query }) => {
      const { cursor, limit = DEFAULT_PAGE } = query;
      const list = jobList(merchantId);
      const place = readCursor(list, cursor);
      if (place.kind === 'invalid') return place.problem;
      const { after } = place;
      const { jobs, next } = await readJobs(ports, {
        merchantId,
        limit,
        ...(after !== undefined && { after }),
      });
      return answer(200, { items: jobs.map(jobView), ...pageEnd(list, next) });
    }),

    route(contract.readRedelivery, async ({ merchantId, params }) => {
      const job = await ports.jobs.read(merchantId, params.jobId);
      return job === undefined ? problem('unknown_job') : answer(200, jobView(job));
    }),

    route(contract.cancelRedelivery, async ({ caller, merchantId, params }) => {
      const job = await cancelRedelivery(ports, { merchantId, jobId: params.jobId, by: caller.keyId });
      return job === undefined ? problem('unknown_job') : answer(200, jobView(job));
    }),
  ];
}

function started(result: StartResult): Answer {
  if (result.kind === 'started') return answer(202, jobView(result.job));
  if (result.kind === 'unconfirmed') {
    return problem('confirmation_required', { extra: { confirm: result.confirm } });
  }
  const { code } = result;
  switch (code) {
    case 'too_many_jobs':
      return problem(code);
    case 'unknown_endpoint':
      return problem(code, { errors: [{ pointer: '/endpointId', code }] });
    case 'in_future':
      return problem(code, { errors: [{ pointer: '/from', code }] });
    case 'beyond_retention':
      return problem(code, { errors: [{ pointer: '/from', code }], extra: { oldest: result.oldest } });
    case 'range_too_large':
      return problem(code, { extra: { maxOutcomes: result.maxOutcomes } });
  }
}

/** Characters of a position: a time, a separator and a job's id. */
const POSITION = /^\d{4}-\d{2}-\d{2}T[\d:.]{8,12}Z#[A-Za-z0-9]{1,64}$/;

function jobList(merchantId: MerchantId): PagedList<string> {
  return {
    name: 'redeliveries',
    merchantId,
    textOf: (position) => position,
    positionOf: (text) => (POSITION.test(text) ? text : undefined),
  };
}

function jobView(job: Job): object {
  const { jobId, state, include = 'undelivered', from, to, endpointId, createdAt, by } = job;
  const { endedAt, cancelled, failure, after, examined, total, found, sent, notSent = [] } = job;
  return {
    jobId,
    state: state === 'replaying' ? 'running' : state,
    include,
    from,
    to,
    ...(endpointId !== undefined && { endpointId }),
    createdAt,
    ...(by !== undefined && { by }),
    ...(endedAt !== undefined && { endedAt }),
    ...(cancelled !== undefined && { cancelled }),
    ...(failure !== undefined && { failure }),
    progress: progressOf(job),
    ...(after !== undefined && { position: after.listedAt }),
    ...(examined !== undefined && { examined }),
    ...(total !== undefined && { total }),
    found,
    sent,
    notSent,
  };
}
