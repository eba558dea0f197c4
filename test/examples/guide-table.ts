import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LessonName } from '../../examples/shared/lessons.ts';
import { ROOT } from '../support/synthesized.ts';
import type { Measurement } from './killing.ts';

/** The two generated columns of the guide's table. */

const GUIDE = join(ROOT, 'docs/guides/patterns.md');

/** @returns the cells of this lesson as the guide has them; undefined where it has no row */
export function cellsInGuide(name: LessonName): Cells | undefined {
  const [, messages, killed] = rowOf(name).exec(readFileSync(GUIDE, 'utf8')) ?? [];
  return messages === undefined || killed === undefined ? undefined : { messages, killed };
}

/** @throws where the guide has no row for this lesson */
export function writeToGuide(name: LessonName, cells: Cells): void {
  const text = readFileSync(GUIDE, 'utf8');
  const row = rowOf(name);
  if (!row.test(text)) throw new Error(`${GUIDE} has no row for ${name}.`);
  const replaced = text.replace(row, (whole, messages: string, killed: string) =>
    whole.replace(`| ${messages} | ${killed} |`, () => `| ${cells.messages} | ${cells.killed} |`),
  );
  writeFileSync(GUIDE, replaced);
}

export interface Cells {
  readonly messages: string;
  readonly killed: string;
}

export function cellsOf({ messages, kills, halfDone, held, otherwise }: Measurement): Cells {
  const left = [halfDone > 0 && `${halfDone} half done`, held > 0 && `${held} held`].filter(Boolean);
  const ends = otherwise > 0 ? `; ${otherwise} ended otherwise` : '';
  return {
    messages: Object.values(messages).join(', '),
    killed: `${kills}: ${left.length > 0 ? left.join(', ') : 'nothing left'}${ends}`,
  };
}

/** The last cells of a row are: messages, killed, when to choose it. */
function rowOf(name: LessonName): RegExp {
  return new RegExp(
    `^\\| \\[[^\\]]*\\]\\([^)]*/${name}\\.ts\\) .*\\| ([^|]*) \\| ([^|]*) \\| [^|]* \\|$`,
    'm',
  );
}
