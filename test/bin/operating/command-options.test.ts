import { parseArgs } from 'node:util';
import { afterEach, expect, it, vi } from 'vitest';
import { optionsOrExit, optionsProblem } from '../../../bin/operating/command-options.ts';

afterEach(() => vi.restoreAllMocks());

const read = (allowPositionals: boolean, ...args: readonly string[]) =>
  parseArgs({ args: [...args], allowPositionals, options: { port: { type: 'string' } } });

it('a wrong option ends with status 2 and the sentences of the parser, each on its line', () => {
  const said: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  vi.spyOn(process, 'exit').mockImplementation((status) => {
    throw new Error(`exit ${status}`);
  });
  expect(() => optionsOrExit('npm start', () => read(false, '--port', '-1'))).toThrow('exit 2');
  expect(said.join('').trimEnd().split('\n')).toEqual([
    expect.stringContaining("'--port' argument is ambiguous"),
    expect.stringContaining('Did you forget'),
    expect.stringContaining('--port=-XYZ'),
    'npm start -- --help shows all options.',
  ]);
});

it('what is wrong has no advice about positional arguments, and no control characters', () => {
  let problem = '';
  try {
    read(true, '--\u001b[2J');
  } catch (error) {
    problem = optionsProblem(error);
  }
  expect(problem).toBe("Unknown option '--\\u001b[2J'");
});
