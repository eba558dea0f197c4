import { readdirSync } from 'node:fs';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as secrets from '@aws-sdk/client-secrets-manager';
import * as sqs from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import openApi from '../docs/openapi.json' with { type: 'json' };
import { BEHIND, COUNTED } from '../lib/stack/alarms/alarm-list.ts';
import packageJson from '../package.json' with { type: 'json' };
import { entries, preparation, typedLines } from './support/runbook.ts';

/** Commands of the AWS CLI whose client is no dependency here. Each was tried with version 1.45 of the CLI. */
const TRIED: Readonly<Record<string, readonly string[]>> = {
  cloudwatch: ['describe-alarms', 'get-metric-statistics'],
  events: ['list-rules', 'enable-rule'],
  lambda: ['list-event-source-mappings', 'get-account-settings', 'update-event-source-mapping'],
  logs: ['describe-log-groups', 'tail'],
  'service-quotas': ['list-service-quotas'],
};
const CLIENTS: Readonly<Record<string, object>> = { sqs, dynamodb, secretsmanager: secrets };

/** The functions whose log groups `logs` finds: `Deliver`. */
const FUNCTIONS = readdirSync(new URL('../functions', import.meta.url)).flatMap((file) =>
  file.endsWith('.ts') ? [pascal(file.slice(0, -3))] : [],
);
const ABBREVIATIONS = ['logs', 'alarm', 'metric'];
const ALARMS = entries.map(({ name }) => name);

function pascal(name: string): string {
  return name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Why a command cannot be typed; undefined if it can. */
function wrongWith(command: string): string | undefined {
  const [program = '', ...words] = command.split(' ');
  if (program === 'npm') {
    const name = words.find((word) => word !== 'run' && !word.startsWith('-')) ?? '';
    return Object.hasOwn(packageJson.scripts, name) ? undefined : `npm run ${name} does not exist`;
  }
  if (program === 'aws') return wrongWithAws(words);
  if (program === 'curl') return wrongWithRequest(command);
  if (program === 'logs') return FUNCTIONS.includes(words[0] ?? '') ? undefined : `no function ${words[0]}`;
  if (program === 'alarm') return ALARMS.includes(words[0] ?? '') ? undefined : `no alarm ${words[0]}`;
  if (program === 'metric') {
    const known = [...COUNTED, ...BEHIND].some(({ metric }) => metric === words[0]);
    return known ? undefined : `no metric ${words[0]}`;
  }
  return `${program} is no command of the runbook`;
}

function wrongWithAws([service = '', operation = '']: readonly string[]): string | undefined {
  const client = CLIENTS[service];
  const isKnown =
    client === undefined
      ? TRIED[service]?.includes(operation)
      : Object.hasOwn(client, `${pascal(operation)}Command`);
  return isKnown === true ? undefined : `aws ${service} ${operation} is not known`;
}

/** A request must be one of the API. A path's variables stand for its parameters. */
function wrongWithRequest(command: string): string | undefined {
  const method = (/-X (\w+)/.exec(command)?.[1] ?? 'GET').toLowerCase();
  const path = /\$ApiUrl(\/[^"\s]*)/.exec(command)?.[1] ?? '';
  const shape = path.replaceAll(/\$\w+/g, '{}');
  const found = Object.entries(openApi.paths).some(
    ([known, methods]) => known.replaceAll(/\{\w+\}/g, '{}') === shape && Object.hasOwn(methods, method),
  );
  return found ? undefined : `${method} ${path} is no request of the API`;
}

/** The commands of a line, also those in a loop. */
function commandsOf(line: string): readonly string[] {
  const loop = /^for (\w+) in (.+); do (.+) \$\1; done$/.exec(line);
  return loop === null ? [line] : (loop[2] ?? '').split(' ').map((word) => `${loop[3]} ${word}`);
}

describe('an entry of the runbook', () => {
  it.each(entries)('$name has commands to type, and all of them exist', ({ text }) => {
    const commands = typedLines(text).flatMap(commandsOf);
    expect(commands).not.toEqual([]);
    expect(commands.flatMap((command) => wrongWith(command) ?? [])).toEqual([]);
  });

  it.each(entries)('$name says how to see that it is over', ({ text }) => {
    const [last] = text.split('\n').filter((line) => line.startsWith('Over when: '));
    expect(last).toBeDefined();
    const inline = [...text.matchAll(/`((?:npm run|aws|alarm|metric|logs) [^`]+)`/g)].map(
      ([, one = '']) => one,
    );
    expect(inline.flatMap((command) => wrongWith(command) ?? [])).toEqual([]);
  });
});

describe('what is typed before', () => {
  it('defines the abbreviations that the entries use, of commands that exist', () => {
    for (const name of ABBREVIATIONS) expect(preparation).toContain(`\n${name}() {`);
    const used = [...preparation.matchAll(/aws ([\w-]+) ([\w-]+)/g)].map(([, ...words]) => words);
    expect(used.length).toBeGreaterThan(3);
    expect(used.flatMap((words) => wrongWithAws(words.map(String)) ?? [])).toEqual([]);
  });
});
