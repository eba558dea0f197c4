import { pathToFileURL } from 'node:url';

/** Loads the bundle given as argument, and prints how many milliseconds that took. */
const startedMs = performance.now();
await import(pathToFileURL(process.argv[2] ?? '').href);
process.stdout.write(String(performance.now() - startedMs), () => process.exit(0));
