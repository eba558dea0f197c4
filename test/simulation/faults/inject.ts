import { registerHooks } from 'node:module';
import { injection } from './injection.ts';

/**
 * Preloaded with `--import` into a process that gets a deliberate fault, and into its workers. Every importer of the
 * fault's module gets another module in its place: the same exports, with those of the hook point replaced.
 */

if (injection !== undefined) {
  const { module, exports } = injection;
  const hooked = `${module}?hooked`;
  const source = [
    `export * from '${module}';`,
    `import * as real from '${module}';`,
    `import { faulty } from '${new URL('./faulty.ts', import.meta.url)}';`,
    ...exports.map((name) => `export const ${name} = faulty('${name}', real.${name});`),
  ].join('\n');

  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      const isForImporter = resolved.url === module && context.parentURL !== hooked;
      return isForImporter ? { ...resolved, url: hooked } : resolved;
    },
    load(url, context, nextLoad) {
      return url === hooked ? { format: 'module', source, shortCircuit: true } : nextLoad(url, context);
    },
  });
}
