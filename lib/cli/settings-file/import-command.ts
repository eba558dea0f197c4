import type { Command, Tools } from '../command-line/command.ts';
import { confirmed } from '../command-line/confirmation.ts';
import { CommandFailure, EXIT, type ExitStatus, usageFailure } from '../command-line/exit-status.ts';
import type { Given } from '../command-line/given.ts';
import { readJsonFile } from '../command-line/json-file.ts';
import { YES } from '../command-line/shared-options.ts';
import type { Service } from '../connection/service.ts';
import { compareSettings, type Difference } from './compare-settings.ts';
import { gatherSettings } from './gather-settings.ts';
import { missingValues, readHeaderValues, refuseMissingValues } from './header-values.ts';
import { applyDifferences, isStep, nameOf, type StepDone } from './import-steps.ts';
import { openSecretsFile, type SecretsFile } from './secrets-file.ts';
import { type MerchantEntry, merchantsIn } from './settings-file.ts';
import { showDifferences } from './show-differences.ts';

export const importCommand: Command = {
  words: ['import'],
  summary: 'Make merchants and endpoints what a file of export says',
  details:
    'It shows what differs, asks, and then creates and changes; it deletes nothing. It stops at the first step that is refused, ' +
    'and says what was done. Repeat it at any time: what is done is not done again. Only secrets of what it creates are new; ' +
    '--secrets-to keeps them. Keys are made with tidings keys create. Of a disabled endpoint, the file decides whether it is ' +
    'enabled. A header is sent only with its value, which no export has: --header-values takes a file such as ' +
    '{"shop-7": {"pay": {"authorization": "Bearer …"}}}. Values that the service has stay as they are, unless the URL gets another ' +
    'origin. With --dry-run, status 1 means that something differs.',
  arguments: [{ name: 'file', summary: 'made by tidings export' }],
  options: [
    { name: 'merchant', value: 'ID', summary: 'only this merchant of the file' },
    { name: 'dry-run', summary: 'show what differs, and change nothing' },
    { name: 'secrets-to', value: 'FILE', summary: 'add new secrets to this file; only you may read it' },
    { name: 'header-values', value: 'FILE', summary: 'JSON with values of headers' },
    YES,
  ],
  examples: [
    {
      line: 'tidings import settings.json --profile live --dry-run',
      what: 'What would be created and changed?',
    },
    {
      line: 'tidings import settings.json --profile live --secrets-to secrets.ndjson --yes',
      what: 'Do it, and keep the new secrets for the receivers.',
    },
  ],
  async run(given, tools) {
    const service = await tools.service();
    const wanted = await merchantsWanted(given, service);
    const values = readHeaderValues(given.text('header-values'));
    const there = await gatherSettings({
      service,
      merchantId: given.text('merchant'),
      withEndpoints: new Set(wanted.map(({ merchantId }) => merchantId)),
      onProgress: (part) => tools.output.progress.show('reading', part),
    });
    tools.output.progress.end();
    const differences = compareSettings(wanted, there);
    const steps = differences.filter(isStep);
    const isDry = given.has('dry-run');
    // Programs that change something get a line for each step, and not the plan.
    if (isDry || !tools.output.isJson) showDifferences(tools.output, differences, values);
    if (isDry) return steps.length === 0 ? EXIT.done : EXIT.failed;
    refuseMissingValues(missingValues(steps, values));
    if (steps.length === 0) {
      tools.output.note('Nothing to do.');
      return EXIT.done;
    }
    const secrets = secretsOf(given, tools, steps);
    try {
      await confirmed(given, tools, `${steps.length} steps change ${service.connection.api}.`);
      return await carriedOut(steps, { service: service.uninterrupted(), values, secrets, tools });
    } finally {
      secrets?.close();
    }
  },
};

/** The merchants of the file that the key may see. */
async function merchantsWanted(given: Given, service: Service): Promise<readonly MerchantEntry[]> {
  const path = given.argument('file');
  const all = merchantsIn(readJsonFile(path));
  const { merchantId: own } = await service.whoAmI();
  const only = given.text('merchant');
  const wanted = only === undefined ? all : all.filter(({ merchantId }) => merchantId === only);
  if (only !== undefined && wanted.length === 0) throw usageFailure(`${path} has no merchant ${only}.`);
  const foreign = wanted.find(({ merchantId }) => own !== undefined && merchantId !== own);
  if (foreign === undefined) return wanted;
  throw usageFailure(
    `This key belongs to merchant ${own}, and ${path} has ${foreign.merchantId} too.`,
    `Use an admin key, or pass --merchant ${own}.`,
  );
}

/** Secrets belong to a terminal, a program or a file of the owner's, and into no log. */
function secretsOf(
  given: Given,
  { output, terminal }: Tools,
  steps: readonly Difference[],
): SecretsFile | undefined {
  const path = given.text('secrets-to');
  if (path !== undefined) return openSecretsFile(path);
  const makesSome = steps.some(({ action }) => action === 'create');
  if (!makesSome || output.isJson || terminal.stdout.isTTY === true) return undefined;
  throw usageFailure(
    'The import makes secrets, and stdout is no terminal, so they might end up in a log.',
    'Pass --secrets-to FILE, or --json for a program. Nothing was changed.',
  );
}

interface CarryingOut {
  readonly service: Service;
  readonly values: ReturnType<typeof readHeaderValues>;
  readonly secrets: SecretsFile | undefined;
  readonly tools: Tools;
}

async function carriedOut(
  steps: readonly Difference[],
  { service, values, secrets, tools }: CarryingOut,
): Promise<ExitStatus> {
  const { output, signal } = tools;
  let done = 0;
  const onDone = (step: StepDone) => {
    done += 1;
    keepSecret(step, secrets);
    showStep(step, tools, secrets !== undefined);
  };
  try {
    await applyDifferences(steps, { service, values, signal, onDone });
  } catch (error) {
    output.note(stopped(done, steps.length));
    throw error;
  }
  if (done === steps.length) {
    output.note(`${done} of ${steps.length} steps are done.`);
    return EXIT.done;
  }
  output.note(stopped(done, steps.length));
  return EXIT.interrupted;
}

function stopped(done: number, all: number): string {
  return `${done} of ${all} steps are done. Repeat the import for the others: what is done is not done again.`;
}

function keepSecret({ event: _, ...step }: StepDone, secrets: SecretsFile | undefined): void {
  if (step.secret === undefined || secrets === undefined) return;
  try {
    secrets.add(step);
  } catch (error) {
    throw new CommandFailure(
      EXIT.usage,
      'secret_not_kept',
      `${nameOf(step)} is created, but its secret could not be written: ${(error as Error).message}.`,
      { hint: `Make a new one: ${rotating(step)}` },
    );
  }
}

function rotating({ merchantId, endpointId }: Pick<StepDone, 'merchantId' | 'endpointId'>): string {
  const command = endpointId === undefined ? 'merchants rotate' : `endpoints rotate ${endpointId}`;
  return `tidings ${command} --merchant ${merchantId} --overlap 0`;
}

function showStep(step: StepDone, { output }: Tools, isKept: boolean): void {
  const { event, endpointId, secret, publicKey } = step;
  const { secret: _secret, ...withoutSecret } = step;
  output.json(isKept ? withoutSecret : step);
  output.line(
    ['✓ ', 'good'],
    `${event} ${endpointId === undefined ? 'merchant' : 'endpoint'} ${nameOf(step)}`,
  );
  if (secret !== undefined && !isKept) output.line(`    secret: ${secret}`);
  if (publicKey !== undefined && !isKept) output.line(`    public key: ${publicKey}`);
  if (event === 'created' && secret === undefined) {
    output.note(
      `  It was there already, or the answer with its secret was lost. If nobody has it: ${rotating(step)}`,
    );
  }
}
