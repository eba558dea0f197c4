import { INCLUDES, UNDELIVERED_STATES } from '../../protocol/contract-words.ts';
import { isoTime } from '../../protocol/instants.ts';
import { isObject, type JsonObject } from '../../protocol/json/json-values.ts';
import type { Command, Tools } from '../command-line/command.ts';
import { confirmed } from '../command-line/confirmation.ts';
import { CommandFailure, EXIT, usageFailure } from '../command-line/exit-status.ts';
import type { Given } from '../command-line/given.ts';
import { MERCHANT, YES } from '../command-line/shared-options.ts';
import type { Service } from '../connection/service.ts';
import { showJob, watchJob } from './watch-job.ts';

export const replay: Command = {
  words: ['replay'],
  summary: 'Send callbacks of a time again, as a job of the service',
  details:
    'What the job sends: undelivered is what was given up; unexpected is what an endpoint did not get because it was disabled, ' +
    'did not exist or did not ask for the type; all is both, and once more what was delivered. Ctrl-C leaves the job running.',
  options: [
    MERCHANT,
    { name: 'from', value: 'TIME', summary: 'inclusive: 2026-11-20T08:00:00Z, or an age: 6h' },
    { name: 'to', value: 'TIME', summary: 'exclusive; default: now' },
    {
      name: 'include',
      value: 'WHAT',
      summary: 'what to send again',
      default: 'undelivered',
      choices: INCLUDES,
    },
    {
      name: 'state',
      value: 'STATE',
      summary: 'undelivered only: callbacks in this state; repeatable',
      choices: UNDELIVERED_STATES,
      isList: true,
    },
    { name: 'endpoint', value: 'ID', summary: 'only to this endpoint' },
    { name: 'detach', summary: 'end once the job is started' },
    YES,
  ],
  conflicts: [
    {
      ignored: ['--state'],
      with: '--include',
      values: INCLUDES.filter((include) => include !== 'undelivered'),
      hint: 'Only what was not delivered has a state: leave out --include, or --state.',
    },
  ],
  examples: [
    { line: 'tidings replay --from 6h', what: 'The receiver was down: what was given up in six hours.' },
    {
      line: 'tidings replay --from 1d --include all --endpoint ep_1 --yes --json',
      what: 'The receiver lost a day: everything again, for a script.',
    },
  ],
  async run(given, tools) {
    const service = await tools.service();
    const path = await service.pathOfMerchant('/redeliveries');
    const job = await started(service, path, { given, tools });
    if (!given.has('detach')) return watchJob({ service, path, job }, tools);
    showJob(tools.output, job);
    return EXIT.done;
  },
};

interface Wish {
  readonly given: Given;
  readonly tools: Tools;
}

/** Starts the job. `all` has two steps: the service counts, the user agrees, and the same request may then be repeated. */
async function started(service: Service, path: string, { given, tools }: Wish): Promise<JsonObject> {
  const body = bodyOf(given, tools.now());
  try {
    return await service.ask({ method: 'POST', path, body });
  } catch (error) {
    const confirm = error instanceof CommandFailure ? error.problem?.confirm : undefined;
    if (!isObject(confirm)) throw error;
    await confirmed(given, tools, `${String(confirm.count)} outcomes are sent again, also delivered ones.`);
    return service.ask({ method: 'POST', path, body: { ...body, confirm }, isIdempotent: true });
  }
}

function bodyOf(given: Given, nowMs: number): object {
  const from = given.time('from', nowMs);
  if (from === undefined)
    throw usageFailure('--from is missing.', 'Since when? 2026-11-20T08:00:00Z, or 6h.');
  const [states, endpointId] = [given.list('state'), given.text('endpoint')];
  return {
    from,
    to: given.time('to', nowMs) ?? isoTime(nowMs),
    include: given.required('include'),
    ...(states.length > 0 && { states }),
    ...(endpointId !== undefined && { endpointId }),
  };
}
