import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/synthesized.ts';
import { argumentsOf, MESSAGES, statusOf } from './programs/judged-messages.ts';
import { makeJudges } from './programs/judges.ts';
import { findPython, makePresent, pythonPackages } from './programs/languages.ts';

const { programs, missing } = await makeJudges();
for (const { language, why } of missing)
  console.log(`The code of the guide for ${language} was not tried: ${why}.`);

describe.each(programs)('the code of the guide for $language', (program) => {
  it.each(MESSAGES)('judges $name', (message) => {
    expect(statusOf(program, argumentsOf(message))).toEqual({ status: message.isGenuine ? 0 : 1 });
  });
});

describe('the programs that know nothing of this code', async () => {
  const found = await makePresent({ Python: async () => ({ command: [findPython(), '-B'] }) });
  const names = found.programs.length > 0 ? ['content', 'digest', 'comparison', 'wire'] : [];
  for (const { why } of found.missing) console.log(`The vectors were not computed again: ${why}.`);

  it.each(names)('still compute test/vectors/%s.json', (name) => {
    const folder = join(ROOT, 'test/vectors');
    const text = execFileSync(findPython(), ['-B', `${name}.py`], { cwd: folder, encoding: 'utf8' });
    expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')));
  });
});

describe('the page about the wire format', async () => {
  const requirements = join(ROOT, 'test/receivers/snippets/python-requirements.txt');
  const found = await makePresent({
    Python: async () => ({
      command: [findPython(), '-B', '-c'],
      environment: { PYTHONPATH: await pythonPackages(requirements) },
    }),
  });

  it.each(found.programs)('has lines of $language that verify v1a', (program) => {
    const page = readFileSync(join(ROOT, 'docs/wire-format.md'), 'utf8');
    const [, lines = ''] = /^```python\n(.*?)^```$/ms.exec(page) ?? [];
    const judge =
      'import sys\n_, key, *parts, body = sys.argv[1:]\nsys.exit(0 if is_signed_v1a(*parts, body.encode(), key) else 1)';
    for (const message of MESSAGES.filter(({ kind }) => kind === 'v1a')) {
      const status = statusOf(program, [`${lines}\n${judge}`, ...argumentsOf(message)]);
      expect({ name: message.name, ...status }).toEqual({
        name: message.name,
        status: message.isGenuine ? 0 : 1,
      });
    }
  });
});
