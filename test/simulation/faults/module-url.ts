import { registerHooks } from 'node:module';

/** Thrown in place of loading a module. */
class Found extends Error {
  readonly url: string;

  constructor(url: string) {
    super(`The module is ${url}.`);
    this.url = url;
  }
}

/** The URL of the module that `module` would import, without loading it. */
export async function moduleUrl(module: () => Promise<unknown>): Promise<string> {
  const hooks = registerHooks({
    resolve(specifier, context, nextResolve) {
      throw new Found(nextResolve(specifier, context).url);
    },
  });
  try {
    await module();
  } catch (error) {
    if (error instanceof Found) return error.url;
    throw error;
  } finally {
    hooks.deregister();
  }
  throw new Error(`No module is imported by ${module}.`);
}
