import { parseArgs } from 'node:util';
import { tryOne } from '../lib/local/try-one.ts';

const HELP = `Usage: npm run try -- [options]

Records one outcome on the service that \`npm start\` runs, waits for its callback, verifies it, and prints both
together with the same as curl.

  --data-dir DIR   of the running service (.tidings)
  --help           this text
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'data-dir': { type: 'string', default: '.tidings' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help || positionals[0] !== 'try') {
  process.stdout.write(HELP);
  process.exitCode = values.help ? 0 : 2;
} else {
  try {
    await tryOne({
      dataDir: values['data-dir'],
      write: (line) => void process.stdout.write(`${line}\n`),
    });
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
