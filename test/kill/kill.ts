import { parseArgs } from 'node:util';
import setup from '../support/synthesized.ts';
import { killRounds } from './kill-rounds.ts';

const HELP = `Usage: npm run kill -- [options]

Starts the real service on this machine, records under load, kills it with SIGKILL at random moments, starts it again,
and afterwards demands every acknowledged record: readable, and told to its receiver with a verified callback.

  --rounds N   how many kills (20)
  --seed N     of the random moments (another one each time)
  --help       this text
`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(HELP);
} else {
  await setup();
  const rounds = Number(values.rounds);
  process.stdout.write(`seed ${values.seed}\n`);
  const result = await killRounds({
    rounds,
    seed: Number(values.seed),
    onRound: (round, acknowledged) => {
      const line = `killed ${String(round).padStart(3)}/${rounds} · acknowledged ${acknowledged}`;
      process.stderr.write(process.stderr.isTTY ? `\r${line}` : `${line}\n`);
    },
  });
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  for (const sentence of result.lost) process.stdout.write(`${sentence}\n`);
  process.stdout.write(
    `rounds ${result.rounds} · acknowledged ${result.acknowledged} · delivered ${result.delivered} · ` +
      `lost ${result.lost.length} · duplicates ${result.duplicates}\n`,
  );
  process.exit(result.lost.length > 0 || result.acknowledged === 0 ? 1 : 0);
}
