import type { JsonObject } from '../../protocol/json/json-values.ts';
import type { Argument, Command, Tools } from '../command-line/command.ts';
import { confirmed } from '../command-line/confirmation.ts';
import { EXIT, usageFailure } from '../command-line/exit-status.ts';
import type { Given } from '../command-line/given.ts';
import { LIMIT, MERCHANT, YES } from '../command-line/shared-options.ts';
import type { Column } from '../output/output.ts';
import { textIn } from '../output/reading.ts';
import { showJob, watchJob } from './watch-job.ts';

const JOB: Argument = { name: 'job', summary: 'id of the job' };
const JOB_ID = /^[A-Za-z0-9]{1,64}$/;

const columns: readonly Column<JsonObject>[] = [
  { title: 'job', of: textIn('jobId') },
  { title: 'state', of: textIn('state') },
  { title: 'done', of: ({ progress }) => `${Math.floor(Number(progress) * 100)} %`, isNumber: true },
  { title: 'include', of: textIn('include') },
  { title: 'sent', of: ({ sent, found }) => `${String(sent)}/${String(found)}`, isNumber: true },
  { title: 'from', of: textIn('from') },
];

async function pathOf(given: Given, { service }: Tools): Promise<string> {
  const id = given.argument('job');
  if (!JOB_ID.test(id)) throw usageFailure(`${id} is no job's id.`, 'tidings jobs list shows them.');
  return `${await (await service()).pathOfMerchant('/redeliveries')}/${id}`;
}

const list: Command = {
  words: ['jobs', 'list'],
  summary: 'List redelivery jobs, newest first',
  options: [MERCHANT, LIMIT],
  examples: [
    { line: 'tidings jobs list --limit 5', what: 'The last five.' },
    { line: 'tidings jobs list --merchant shop-7 --json', what: 'One job a line, with an admin key.' },
  ],
  async run(given, { service, output }) {
    const { pages, pathOfMerchant, merchantId } = await service();
    const limit = given.number('limit', { min: 1, max: 1_000_000 });
    const path = await pathOfMerchant('/redeliveries');
    const found = pages({ path, field: 'items', ...(limit !== undefined && { limit }) });
    await output.list(found, {
      columns,
      empty: `No job of merchant ${await merchantId()}. Start one: tidings replay --from 6h`,
    });
    return EXIT.done;
  },
};

const get: Command = {
  words: ['jobs', 'get'],
  summary: 'Show a redelivery job, and what it did not send',
  arguments: [JOB],
  options: [MERCHANT, { name: 'wait', summary: 'until it has ended; with status 1 if it failed' }],
  examples: [
    { line: 'tidings jobs get 01JD2ZK7Q8W9X0Y1Z', what: 'How far is it?' },
    { line: 'tidings jobs get 01JD2ZK7Q8W9X0Y1Z --wait --json', what: 'For a script.' },
  ],
  async run(given, tools) {
    const path = await pathOf(given, tools);
    const service = await tools.service();
    const job = await service.ask({ method: 'GET', path });
    if (given.has('wait')) {
      return watchJob({ service, path: path.slice(0, path.lastIndexOf('/')), job }, tools);
    }
    showJob(tools.output, job);
    return EXIT.done;
  },
};

const cancel: Command = {
  words: ['jobs', 'cancel'],
  summary: 'Cancel a redelivery job. What it sent stays sent',
  arguments: [JOB],
  options: [MERCHANT, YES],
  examples: [
    { line: 'tidings jobs cancel 01JD2ZK7Q8W9X0Y1Z', what: 'Asks first. It ends within two minutes.' },
    { line: 'tidings jobs cancel 01JD2ZK7Q8W9X0Y1Z --yes', what: 'For scripts.' },
  ],
  async run(given, tools) {
    const path = await pathOf(given, tools);
    const { ask } = await tools.service();
    await confirmed(given, tools, `Job ${given.argument('job')} ends before its work is done.`);
    showJob(tools.output, await ask({ method: 'POST', path: `${path}/cancel`, isIdempotent: true }));
    return EXIT.done;
  },
};

export const jobCommands: readonly Command[] = [list, get, cancel];
