import { e2eCommand } from './e2e-command.ts';

// `npm run e2e`.
process.exitCode = await e2eCommand(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
});
