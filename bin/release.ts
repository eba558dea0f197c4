import { parseArgs } from 'node:util';
import { buildPackage } from './package/build-package.ts';
import { ROOT } from './package/layout.ts';
import { makeRelease } from './release/make-release.ts';
import { publishRelease } from './release/publish-release.ts';

const HELP = `Usage: npm run release -- [major | minor | patch | VERSION] [options]
       npm run release -- --publish [--dry-run]

Makes a release on main: runs checks, writes the version and the changelog's section, freezes resources and rows for later
versions to be compared with, commits, tags, packs, and writes the bill of materials. It publishes nothing.

Without a version, the changelog decides: "Breaking" counts up the major version (before 1.0 the minor), "Added" the minor, and
"Fixed" the patch. docs/releases.md has the whole list of what to do.

  --dry-run      changes nothing, and shows everything
  --skip-checks  does not run the checks: they have just been run
  --publish      publishes the release that is checked out and tagged, and makes none
  --help         shows this text
`;

const OPTIONS = {
  'dry-run': { type: 'boolean', default: false },
  'skip-checks': { type: 'boolean', default: false },
  publish: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  const [wanted, ...others] = positionals;
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (others.length > 0) throw new Error(`One version at a time, not also ${others.join(', ')}.`);
  if (values.publish && wanted !== undefined)
    throw new Error('--publish takes the version that is checked out.');
  const shared = {
    rootDir: ROOT,
    isDry: values['dry-run'],
    build: buildPackage,
    print: (line: string) => void process.stdout.write(`${line}\n`),
  };
  const isDone = values.publish
    ? await publishRelease({ ...shared, environment: process.env })
    : await makeRelease({
        ...shared,
        wanted,
        skipsChecks: values['skip-checks'],
        today: new Date().toISOString().slice(0, 'YYYY-MM-DD'.length),
      });
  return isDone ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 2;
}
