// @ts-check
/**
 * Runs inside a worker thread and hosts instances of functions. It loads their bundles and passes each instance one event at
 * a time, as Lambda's Node runtime does. Instances that share the thread see their own `process.env` and module state.
 *
 * Plain JavaScript: for TypeScript, Node would load a compiler into every thread.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire, enableCompileCache, flushCompileCache } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compileFunction, constants } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';

/** @import { HostMessage, HostRequest, InstanceSetting, InvocationError, InvocationRequest } from './protocol.ts' */

/**
 * @typedef {object} Instance
 * @property {InstanceSetting} setting
 * @property {Record<string, string | undefined>} env
 * @property {(event: unknown, context: object) => unknown} handler
 */

/** @type {Map<number, Instance>} */
const instances = new Map();
/** Bundles that an instance has loaded, or tried to. */
const loaded = new Set();
/** @type {AsyncLocalStorage<{ readonly id: number, readonly env: Record<string, string | undefined> }>} */
const current = new AsyncLocalStorage();

enableCompileCache(workerData.compileCache);
process.env = ownEnvironment(process.env);
for (const stream of /** @type {const} */ (['stdout', 'stderr'])) forwardOutput(stream);
/** Hosts of the cloud's own services. */
const cloudHosts = new Set();
watchOutside(new Float64Array(workerData.outside));

parentPort?.on('message', (/** @type {HostRequest} */ message) => {
  if (message.kind === 'load') void load(message.instance, message.setting);
  else if (message.kind === 'invoke') void invoke(message.instance, message.request);
  else instances.delete(message.instance);
});

/** @param {HostMessage} message */
function post(message) {
  parentPort?.postMessage(message);
}

/**
 * @param {number} id
 * @param {InstanceSetting} setting
 */
async function load(id, setting) {
  const env = { ...setting.env };
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith('AWS_ENDPOINT_URL_')) cloudHosts.add(new URL(value).host);
  }
  if (env.NODE_OPTIONS?.includes('--enable-source-maps')) process.setSourceMapsEnabled(true);
  try {
    const handler = await current.run({ id, env }, () => loadHandler(id, setting));
    instances.set(id, { setting, env, handler });
    post({ kind: 'ready', instance: id });
    flushCompileCache();
  } catch (error) {
    post({ kind: 'init-error', instance: id, error: describe(error) });
  }
}

/**
 * @param {number} id
 * @param {InvocationRequest} request
 */
async function invoke(id, request) {
  const instance = instances.get(id);
  if (instance === undefined) return;
  const { handler, env, setting } = instance;
  // SDK clients send it with their requests, which lets Lambda detect recursive loops.
  env._X_AMZN_TRACE_ID = request.traceHeader;
  try {
    const payload = await current.run({ id, env }, async () => {
      const result = await handler(JSON.parse(request.payload), contextOf(setting, request));
      return JSON.stringify(result) ?? 'null';
    });
    post({ kind: 'success', instance: id, payload });
  } catch (error) {
    post({ kind: 'error', instance: id, error: describe(error) });
  }
}

/**
 * @param {InstanceSetting} setting
 * @param {InvocationRequest} request
 */
function contextOf({ functionName, functionArn, memoryMb }, { requestId, deadline }) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn,
    memoryLimitInMB: String(memoryMb),
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

/**
 * @param {number} id
 * @param {InstanceSetting} setting
 * @returns {Promise<Instance['handler']>}
 */
async function loadHandler(id, setting) {
  const dot = setting.handler.lastIndexOf('.');
  const [file, name] = [setting.handler.slice(0, dot), setting.handler.slice(dot + 1)];
  const path = ['.mjs', '.cjs', '.js']
    .map((ending) => join(setting.assetDir, file + ending))
    .find((candidate) => existsSync(candidate));
  if (path === undefined) throw new Error(`${setting.assetDir} has no ${file}.mjs, .cjs or .js`);
  const exported = isCommonJs(path) ? loadCommonJs(path) : await import(moduleUrl(id, path));
  const handler = exported[name];
  if (typeof handler !== 'function') throw new Error(`${path} exports no function ${name}`);
  return handler;
}

/**
 * Each instance has modules of its own: Node keeps a module, or its failure, for as long as the thread lives. The first keeps
 * the plain URL, under which compiled code is cached.
 *
 * @param {number} id
 * @param {string} path
 */
function moduleUrl(id, path) {
  const { href } = pathToFileURL(path);
  if (loaded.has(path)) return `${href}?instance=${id}`;
  loaded.add(path);
  return href;
}

/**
 * In Lambda a bundle stands alone: without its own package.json, `.js` is CommonJS.
 * @param {string} path
 */
function isCommonJs(path) {
  return path.endsWith('.js') && !existsSync(join(dirname(path), 'package.json'));
}

/**
 * Avoids `require()`, which would apply the package.json of the project around the assembly.
 * @param {string} path
 * @returns {Record<string, any>}
 */
function loadCommonJs(path) {
  const module = { exports: {} };
  const load = compileFunction(
    readFileSync(path, 'utf8'),
    ['exports', 'require', 'module', '__filename', '__dirname'],
    { filename: path, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER },
  );
  load(module.exports, createRequire(path), module, path, dirname(path));
  return module.exports;
}

/**
 * Returns a `process.env` that is the environment of the instance whose code runs.
 *
 * @param {Record<string, string | undefined>} outside what code of no instance sees
 */
function ownEnvironment(outside) {
  const env = () => current.getStore()?.env ?? outside;
  return new Proxy(outside, {
    get: (_, name) => (typeof name === 'string' ? env()[name] : undefined),
    has: (_, name) => name in env(),
    set: (_, name, value) => Reflect.set(env(), name, String(value)),
    deleteProperty: (_, name) => Reflect.deleteProperty(env(), name),
    ownKeys: () => Reflect.ownKeys(env()),
    getOwnPropertyDescriptor: (_, name) => {
      const found = Reflect.getOwnPropertyDescriptor(env(), name);
      return found && { ...found, configurable: true };
    },
  });
}

/**
 * Measures how long HTTP requests to others than the cloud are under way, such as callbacks. The cloud reads it to know whether
 * an instance waits for a receiver or lacks processor time.
 *
 * @param {Float64Array} outside for how long, in ms, and since when at least one is under way; 0: none is
 */
function watchOutside(outside) {
  const underWay = new Set();
  const settle = () => {
    const [total = 0, since = 0] = outside;
    if (since > 0 === underWay.size > 0) return;
    const now = Date.now();
    if (since > 0) outside[0] = total + now - since;
    outside[1] = underWay.size > 0 ? now : 0;
  };
  const end = (/** @type {any} */ { request }) => {
    if (underWay.delete(request)) settle();
  };
  subscribe('http.client.request.start', (/** @type {any} */ { request }) => {
    if (cloudHosts.has(request.getHeader('host'))) return;
    underWay.add(request);
    settle();
  });
  subscribe('http.client.response.finish', end);
  subscribe('http.client.request.error', end);
}

/**
 * Sends what an instance writes to a stream to the log, with the instance that wrote it. Other output takes the way of the thread.
 *
 * @param {'stdout' | 'stderr'} stream
 */
function forwardOutput(stream) {
  const write = process[stream].write.bind(process[stream]);
  process[stream].write = (/** @type {any} */ chunk, /** @type {any[]} */ ...more) => {
    const id = current.getStore()?.id;
    if (id === undefined) return write(chunk, ...more);
    post({ kind: 'output', instance: id, stream, text: Buffer.from(chunk).toString() });
    more.find((callback) => typeof callback === 'function')?.();
    return true;
  };
}

/**
 * @param {unknown} error
 * @returns {InvocationError}
 */
function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}
