import { pathToFileURL } from 'node:url';

/** Loads the bundle given as argument, and prints how many milliseconds of processor time and of time that took. */
const startedMs = performance.now();
const before = process.cpuUsage();
await import(pathToFileURL(process.argv[2] ?? '').href);
const { user, system } = process.cpuUsage(before);
const times = { cpuMs: (user + system) / 1000, ms: performance.now() - startedMs };
process.stdout.write(`\n${JSON.stringify(times)}`, () => process.exit(0));
