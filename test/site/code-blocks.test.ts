import { stripTypeScriptTypes } from 'node:module';
import { describe, expect, it } from 'vitest';
import type { Command } from '../../lib/cli/command-line/command.ts';
import { COMMON_OPTIONS } from '../../lib/cli/command-line/program.ts';
import { commandTree } from '../../lib/cli/command-tree.ts';
import { blocksOf, type DocumentBlock } from '../support/documents/code-blocks.ts';
import { documents } from '../support/documents/documents.ts';

/** Why a block cannot be what its language says; undefined if it can. */
function wrongWith({ language, code }: DocumentBlock): string | undefined {
  try {
    if (language === 'json') JSON.parse(code);
    // Parses JavaScript as well.
    if (language === 'js' || language === 'ts') stripTypeScriptTypes(code);
    return undefined;
  } catch (error) {
    return String(error).split('\n')[0];
  }
}

describe('the blocks of code', () => {
  it.each(documents)('of $path are what their language says', ({ text }) => {
    const faults = blocksOf(text).flatMap((block) => {
      const fault = wrongWith(block);
      return fault === undefined ? [] : [`line ${block.line}: ${fault}`];
    });
    expect(faults).toEqual([]);
  });

  it('are found wrong if they are', () => {
    const blocks = blocksOf('```json\n{"a": }\n```\n\n- item\n\n  ```ts\n  const a: string = ;\n  ```\n');
    expect(blocks.map(({ line }) => line)).toEqual([2, 8]);
    expect(blocks.map((block) => wrongWith(block) === undefined)).toEqual([false, false]);
  });
});

const { commands } = commandTree('');

/** Commands of `tidings` in a block of shell, each as its words. */
function typedCommands(code: string): readonly (readonly string[])[] {
  const lines = code.replaceAll(/\\\n\s*/g, ' ').split('\n');
  return lines.flatMap((line) =>
    [...line.matchAll(/(?:^|[ (|])(?:npm run (?:--silent )?tidings --|tidings) ([^|)>]*)/g)].map(
      ([, typed = '']) => typed.split('#', 1)[0]?.trim().split(/\s+/) ?? [],
    ),
  );
}

/** What a typed command has that no command of the list has; undefined if it is all there. */
function unknownIn(words: readonly string[]): string | undefined {
  const found = commands.reduce<Command | undefined>((best, command) => {
    const isIt = command.words.every((word, at) => words[at] === word);
    return isIt && command.words.length > (best?.words.length ?? 0) ? command : best;
  }, undefined);
  if (found === undefined) return `tidings ${words.slice(0, 2).join(' ')} is no command`;
  const known = new Set([...(found.options ?? []), ...COMMON_OPTIONS].map(({ name }) => `--${name}`));
  const options = words.filter((word) => word.startsWith('--')).map((word) => word.split('=', 1)[0] ?? '');
  const unknown = options.find((option) => !known.has(option) && option !== '--help');
  return unknown === undefined ? undefined : `tidings ${found.words.join(' ')} has no ${unknown}`;
}

describe('the command line in the documents', () => {
  it.each(documents)('of $path exists, with its options', ({ text }) => {
    const shell = blocksOf(text).filter(({ language }) => language === 'sh');
    const typed = shell.flatMap(({ code }) => typedCommands(code));
    expect(typed.filter(([first]) => first !== '"$@";').flatMap((words) => unknownIn(words) ?? [])).toEqual(
      [],
    );
  });

  it('is found wrong if it is', () => {
    const code =
      'npm run tidings -- endpoints enlarge ep_1\nKEY=$(tidings keys create \\\n  receiver --merchants shop)';
    expect(typedCommands(code).map(unknownIn)).toEqual([
      'tidings endpoints enlarge is no command',
      'tidings keys create has no --merchants',
    ]);
  });
});
