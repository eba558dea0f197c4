import { describe, expect, it } from 'vitest';
import { commandTree } from '../../../lib/cli/command-tree.ts';
import type { Posted } from '../../../lib/cli/receivers/post-callback.ts';
import { refusalAdvice } from '../../../lib/cli/receivers/refusal-advice.ts';

const answered = (status: number) => ({ kind: 'answered', status }) as Posted;
const failed = (code: string) => ({ kind: 'failed', code }) as Posted;
const ALL = [
  ...Array.from({ length: 400 }, (_, at) => answered(200 + at)),
  failed('timeout'),
  failed('reset'),
];

describe('advice about a refusal', () => {
  it.each(['doctor', 'trigger'] as const)('of %s names no option that it does not have', (adviser) => {
    const command = commandTree('1.2.3').commands.find(({ words }) => words[0] === adviser);
    const own = command?.options?.map(({ name }) => `--${name}`);
    for (const posted of ALL) {
      for (const option of refusalAdvice(posted, adviser).match(/--[a-z-]+/g) ?? [])
        expect(own).toContain(option);
    }
  });

  it('of doctor does not send to doctor', () => {
    for (const posted of ALL) expect(refusalAdvice(posted, 'doctor')).not.toContain('tidings doctor');
  });

  it.each([[answered(401)], [answered(403)], [failed('reset')]])('of trigger does: %j', (posted) => {
    expect(refusalAdvice(posted, 'trigger')).toContain('tidings doctor');
  });
});
