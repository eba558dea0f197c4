import type { Resources } from '../service-resources.ts';
import type { Settings } from '../settings/props.ts';

/** Variables that `lib/adapters/config.ts` parses. */
export type Environment = Readonly<Record<string, string>>;

/** For every function that opens the table. */
export function tableEnvironment({ table }: Resources, settings: Settings): Environment {
  return {
    TIDINGS_TABLE_NAME: table.tableName,
    TIDINGS_FEED_LAG_SECONDS: String(settings.feedLagSeconds),
    TIDINGS_RETENTION_DAYS: String(settings.retentionDays),
  };
}

/** For every function that serves requests with a key. */
export function apiEnvironment(resources: Resources, settings: Settings): Environment {
  return {
    ...tableEnvironment(resources, settings),
    TIDINGS_SEAL_KEY_ID: resources.sealKey.keyArn,
    TIDINGS_ROOT_SECRET_ID: resources.rootSecret.secretArn,
    ...callbackEnvironment(resources, settings),
    ...proxyEnvironment(resources),
  };
}

/** For every function that the proxy in front of the API leads to, if there is one. */
function proxyEnvironment({ originSecret }: Resources): Environment {
  // Not unsafe: the secret only tells CloudFront's requests from others, and opens nothing by itself.
  return originSecret === undefined ? {} : { TIDINGS_ORIGIN_SECRET: originSecret.secretValue.unsafeUnwrap() };
}

/** For the console. */
export function consoleEnvironment(resources: Resources, settings: Settings): Environment {
  return { ...tableEnvironment(resources, settings), ...proxyEnvironment(resources) };
}

/** For every function that calls out, or decides where callbacks may go. */
export function callbackEnvironment({ emulator }: Resources, { callbackPorts }: Settings): Environment {
  return { TIDINGS_CALLBACK_PORTS: callbackPorts.join(','), ...emulator };
}

/** For every function that answers queries. */
export function queryEnvironment(resources: Resources): Environment {
  return {
    TIDINGS_SIGNING_SECRET_ID: resources.signingSecret.secretArn,
    ...statementsEnvironment(resources),
  };
}

/** For every function that reaches statement files without the SDK's client. */
export function statementsEnvironment({ statements }: Resources): Environment {
  return {
    TIDINGS_STATEMENTS_BUCKET: statements.bucketName,
    TIDINGS_STATEMENTS_HOST: statements.bucketRegionalDomainName,
  };
}

/** For every function that serves operators. */
export function operateEnvironment({ lanes, intake }: Resources, settings: Settings): Environment {
  return {
    TIDINGS_RETRY_QUEUE_URL: lanes.retry.queueUrl,
    TIDINGS_CHECK_QUEUE_URL: lanes.check.queueUrl,
    TIDINGS_DEAD_LETTER_URL: lanes.dead.queueUrl,
    TIDINGS_INTAKE_QUEUE_URL: intake.queue.queueUrl,
    TIDINGS_INTAKE_DEAD_LETTER_URL: intake.dead.queueUrl,
    TIDINGS_WINDOW_SECONDS: String(settings.windowSeconds),
    TIDINGS_AUDIT_AFTER_SECONDS: String(settings.auditAfterSeconds),
  };
}

/** Queue URLs of the two notification lanes. */
export function laneEnvironment({ lanes }: Resources): Environment {
  return {
    TIDINGS_FIRST_QUEUE_URL: lanes.first.queueUrl,
    TIDINGS_RETRY_QUEUE_URL: lanes.retry.queueUrl,
  };
}

/** For every function that puts messages into the lanes. */
export function dispatchEnvironment(resources: Resources, settings: Settings): Environment {
  return {
    ...tableEnvironment(resources, settings),
    ...laneEnvironment(resources),
    TIDINGS_CHECK_QUEUE_URL: resources.lanes.check.queueUrl,
  };
}

/** For every function that defers messages longer than a queue can. */
export function scheduleEnvironment({ schedules, lanes }: Resources): Environment {
  return {
    TIDINGS_SCHEDULE_GROUP: schedules.group,
    TIDINGS_SCHEDULER_ROLE_ARN: schedules.role.roleArn,
    TIDINGS_SCHEDULER_DEAD_LETTER_ARN: lanes.dead.queueArn,
    TIDINGS_DEAD_LETTER_URL: lanes.dead.queueUrl,
  };
}
