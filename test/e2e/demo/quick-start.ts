import { expect } from 'vitest';
import { codeBlocks } from '../../support/published/guide.ts';
import { publishedCommand } from '../../support/published/published-command.ts';
import { openOperatorShell } from '../../support/running/operator-shell.ts';

const [start, ...typed] = codeBlocks('quick-start.md', 'sh');
const [naming, ...looking] = codeBlocks('../troubleshooting.md', 'sh');
/** What stands for something of the reader's own: a secret, a receiver, a ledger. */
const OF_THE_READER = /whsec_…|shop\.example|localhost:3000|ledger\.csv|^unset /;
const command = await publishedCommand();

/** Runs npm's commands of the guide in a folder that is no clone. The kit is already built and installed there. */
const NPM = `npm() {
  case "$*" in
    "run --silent tidings -- "*) shift 4; "${process.execPath}" "${command}" "$@" ;;
    "run build") ;;
    "exec -- node "*) shift 3; "${process.execPath}" "$@" ;;
    *) echo "npm $* is no command of this test" >&2; return 1 ;;
  esac
}`;

/** As by hand, a status does not end the shell: `ask` has one of its own where there is no such transaction. */
const session = (project: string) => [`set +e; cd "${project}"`, NPM];

/** The line with which the quick start begins. */
export const startingLine = start;

/** Lines of the troubleshooting page that need nothing of the reader's own. */
export const linesToLook = [...new Set(looking.join('').split('\n'))].filter(
  (line) => line !== '' && !OF_THE_READER.test(line),
);

/** Types the rest of the quick start into a shell, and checks what the guide says one sees. */
export async function typeQuickStart(project: string): Promise<void> {
  const { status, said } = await openOperatorShell().type([...session(project), ...typed].join('\n'));
  expect([status, said]).toEqual([0, said]);
  expect(said).toMatch(/^webhook-signature: v1,/m);
  expect(said).toContain('"reference":"ORDER-1001"');
  expect(said.match(/^verified +true$/gm)).toHaveLength(2);
  expect(said).toMatch(/^code +unknown_transaction$/m);
  expect(said).toMatch(/^apply {3}ORDER-1001 SUCCEEDED\nthrough \S+Z: 1 missed$/m);
  const [, there, here] = /^digest {2}Tidings (\w{32})\n +here +(\w{32})$/m.exec(said) ?? [];
  expect(here).toBe(there);
  expect(said).toMatch(/^orders +acknowledged +\d/m);
}

/** Types one line of the troubleshooting page. */
export async function typeLook(project: string, line: string): Promise<void> {
  const { status, said } = await openOperatorShell().type([...session(project), naming, line].join('\n'));
  // `status` has 1 when something needs attention, as an endpoint that fails does.
  expect([0, 1], said).toContain(status);
}
