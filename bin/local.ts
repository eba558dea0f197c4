import { keepCompiledCode } from '../lib/local/compile-cache.ts';

// `npm start`. Static imports are loaded before this line, so the program is another module.
keepCompiledCode();
await import('./local/run-local.ts');
