import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './synthesized.ts';

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<'start', string>>;
};

/** Arguments of Node in `npm start`: options of its own, and the program. */
export const START_ARGUMENTS: readonly string[] = scripts.start.split(' ').slice(1);
