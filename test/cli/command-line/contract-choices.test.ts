import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createGiven } from '../../../lib/cli/command-line/given.ts';
import { readCommandLine } from '../../../lib/cli/command-line/program.ts';
import { commandTree } from '../../../lib/cli/command-tree.ts';
import { scheduleOf } from '../../../lib/cli/merchants/schedule-option.ts';
import { toneOf } from '../../../lib/cli/output/colour.ts';
import { ENDED_JOB_STATES, JOB_STATES, SCHEDULE_PRESETS } from '../../../lib/protocol/contract-words.ts';

const document: unknown = JSON.parse(readFileSync('docs/openapi.json', 'utf8'));

/** The words of a field, by its way through the document. */
function wordsAt(way: readonly string[]): readonly unknown[] {
  let at: unknown = document;
  for (const name of [...way, 'enum']) {
    // Parameters are a list of named ones.
    const next: unknown = Array.isArray(at)
      ? (at as { readonly name?: string }[]).find((one) => one.name === name)
      : undefined;
    at = next ?? (at as Record<string, unknown> | undefined)?.[name];
  }
  expect(at, way.join(' ')).toBeInstanceOf(Array);
  return at as readonly unknown[];
}

const bodyOf = (path: string, method: string, ...field: readonly string[]) => [
  'paths',
  path,
  method,
  'requestBody',
  'content',
  'application/json',
  'schema',
  'properties',
  ...field,
];
const parameterOf = (path: string, name: string) => ['paths', path, 'get', 'parameters', name, 'schema'];

const MERCHANT = '/v1/merchants/{merchantId}';
const SIGNATURE = bodyOf(`${MERCHANT}/endpoints`, 'post', 'signature');
const REPLAY = (...field: readonly string[]) => bodyOf('/v1/redeliveries', 'post', ...field);
/** The field of the contract behind each option and argument that has choices. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  'record status': bodyOf(`${MERCHANT}/transactions/{transactionId}`, 'put', 'status'),
  'resolve status': bodyOf('/v1/unresolved/{merchantId}/{transactionId}/resolve', 'post', 'status'),
  'deliveries state': parameterOf('/v1/deliveries', 'state'),
  'tail state': parameterOf('/v1/deliveries', 'state'),
  'undelivered state': parameterOf('/v1/notifications', 'state'),
  'replay include': REPLAY('include'),
  'replay state': REPLAY('states', 'items'),
  'endpoints create signature': SIGNATURE,
  'endpoints change signature': SIGNATURE,
  'keys create scope': ['components', 'schemas', 'Key', 'properties', 'scope'],
  'dead-letters put-back queue': bodyOf('/v1/dead-letters/redrive', 'post', 'queue'),
};
/** Choices of the command line itself, which no field of the contract knows. */
const OWN = ['completion shell', 'reconcile format'];

const chosen = commandTree('1.2.3').commands.flatMap(({ words, options = [], arguments: all = [] }) =>
  [...options, ...all].flatMap(({ name, choices }) =>
    choices === undefined ? [] : [[`${words.join(' ')} ${name}`, choices] as const],
  ),
);

describe('the choices of the command line', () => {
  it('are those of a field of the contract, or its own', () => {
    expect(chosen.map(([name]) => name).sort()).toEqual([...Object.keys(FIELDS), ...OWN].sort());
  });

  it.each(chosen.filter(([name]) => !OWN.includes(name)))(
    '%s has the words of the contract',
    (name, choices) => {
      expect([...choices].sort()).toEqual([...wordsAt(FIELDS[name] ?? [])].sort());
    },
  );

  it.each([['merchants create'], ['merchants change'], ['endpoints create'], ['endpoints change']])(
    '%s names each schedule of the contract',
    (words) => {
      const command = commandTree('1.2.3').commands.find((one) => one.words.join(' ') === words);
      const option = command?.options?.find(({ name }) => name === 'schedule');
      const presets = wordsAt(bodyOf('/v1/merchants', 'post', 'schedule', 'anyOf', '0'));
      expect([...SCHEDULE_PRESETS].sort()).toEqual([...presets].sort());
      for (const preset of presets) expect(option?.summary).toContain(preset);
    },
  );

  it('of a repeatable option are checked for each value', () => {
    const replay = (...words: readonly string[]) => readCommandLine(commandTree('1'), ['replay', ...words]);
    expect(replay('--state', 'blocked', '--state', 'exhausted')).toMatchObject({
      typed: { options: { state: ['blocked', 'exhausted'] } },
    });
    expect(() => replay('--state', 'blocked', '--state', 'delivered')).toThrow(/exhausted/);
  });
});

describe('a word of the contract', () => {
  it('has a colour if it is a status or a state of a callback, and no other word has one', () => {
    const words = [FIELDS['record status'], FIELDS['tail state']].flatMap((way) => wordsAt(way ?? []));
    for (const word of words) expect([word, toneOf(String(word))]).toEqual([word, expect.any(String)]);
    for (const word of ['CANCELED', 'toString', 'constructor']) expect(toneOf(word)).toBeUndefined();
  });

  it('says that a job has ended unless the job still does something', () => {
    expect([...JOB_STATES].sort()).toEqual(
      [...wordsAt(['components', 'schemas', 'Redelivery', 'properties', 'state'])].sort() as string[],
    );
    expect(JOB_STATES.filter((state) => !ENDED_JOB_STATES.some((ended) => ended === state))).toEqual([
      'running',
      'cancelling',
    ]);
  });
});

describe('--schedule', () => {
  const of = (schedule: string) => scheduleOf(createGiven({ arguments: {}, options: { schedule } }));

  it('takes a preset, or delays in seconds', () => {
    expect([of('alipay'), of('15'), of('15,60, 600')]).toEqual(['alipay', [15], [15, 60, 600]]);
  });

  it.each(['fast', '15,', '15;60', '-1', '1.5'])('refuses %s, and says what there is', (text) => {
    expect(() => of(text)).toThrow(`There is no schedule ${text}.`);
  });
});
