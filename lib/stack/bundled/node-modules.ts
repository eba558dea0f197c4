import { builtinModules } from 'node:module';
import type { Plugin } from 'esbuild';

const NAMES = new Set(builtinModules);
const NAMESPACE = 'node-modules';
const LATER = 'node-modules-later';

/**
 * Takes of Node's own modules only what the code uses. An `import` of such a module reads all its exports, and some load
 * more of Node when they are read: those of `node:http` its second HTTP client, others WebCrypto and streams of files. This is
 * 2 to 3 ms of processor time at the start of each function, and 14 ms at its first request.
 */
export const nodeModules: Plugin = {
  name: NAMESPACE,
  setup(builder) {
    builder.onResolve({ filter: /^[a-z]|^node:/ }, ({ path, kind }) => {
      const name = path.replace(/^node:/, '');
      if (!NAMES.has(name)) return undefined;
      // `require` reads no exports.
      if (kind === 'require-call') return { path, external: true };
      const isLater = kind === 'dynamic-import';
      return { path: name, namespace: isLater ? LATER : NAMESPACE, sideEffects: false };
    });
    builder.onLoad({ filter: /^/, namespace: NAMESPACE }, ({ path }) => ({ contents: exportsOf(path) }));
    builder.onLoad({ filter: /^/, namespace: LATER }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}');`,
    }));
  },
};

/** A module with the same exports. Those that no code imports fall away, because they are marked as free of side effects. */
function exportsOf(path: string): string {
  const names = Object.keys(process.getBuiltinModule(`node:${path}`) ?? {}).filter(isName);
  return [
    `const all = /* @__PURE__ */ process.getBuiltinModule('node:${path}');`,
    'const take = (name) => all[name];',
    'export default all;',
    ...names.map((name) => `const $${name} = /* @__PURE__ */ take('${name}');`),
    `export { ${names.map((name) => `$${name} as ${name}`).join(', ')} };`,
  ].join('\n');
}

const isName = (name: string) => name !== 'default' && /^[A-Za-z_$][\w$]*$/.test(name);
