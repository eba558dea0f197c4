import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Context,
  inputHash,
  type Synthesized,
  synthesize,
} from '../../../lib/local/synthesis/synthesize.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';

/** An app that copies its source twice. Between the copies, it waits at the gate, if there is one. */
const APP = `
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
const copyTo = (file) => writeFileSync(process.env.CDK_OUTDIR + '/' + file, readFileSync('lib/source.ts'));
copyTo('first.json');
if (existsSync('gate')) readFileSync('gate');
copyTo('second.json');
writeFileSync(process.env.CDK_OUTDIR + '/manifest.json', process.env.CDK_CONTEXT_JSON);
`;

const FILES: Readonly<Record<string, string>> = {
  'bin/app.ts': APP,
  'lib/source.ts': 'old',
  'lib/room/other.ts': 'other',
  'functions/one.ts': 'one',
  'docs/openapi.json': '{}',
  'cdk.json': '{}',
  'package.json': '{"type":"module"}',
  'package-lock.json': '{}',
  'node_modules/.package-lock.json': '{}',
  'tsconfig.json': '{}',
};

const CHILD = `
import { synthesize } from ${JSON.stringify(new URL('../../../lib/local/synthesis/synthesize.ts', import.meta.url).href)};
const { directory } = await synthesize(...process.argv.slice(1));
process.stdout.write(directory + '\\n');
process.stdin.resume();
`;

/** A process that synthesizes, and then uses the assembly until it is killed. */
interface Synthesizer {
  /** The assembly's directory, once it has one. */
  readonly directory: Promise<string>;
  kill(): Promise<void>;
}

/** A small working copy with a cache of assemblies. */
export interface WorkingCopy {
  readonly cacheDir: string;
  path(name: string): string;
  write(name: string, content: string): void;
  synthesize(context?: Context): Promise<Synthesized>;
  /** By which the cache finds an assembly. */
  hash(): string;
  /** Synthesizes in a process of its own. */
  spawn(): Synthesizer;
  /** Synthesizes in a process of its own that ends afterwards. Returns the assembly's directory. */
  spawnAndEnd(): Promise<string>;
  /** From now on, a synthesis stops in the middle until somebody passes the gate. */
  close(): void;
  /** Waits until a synthesis stands at the gate, and returns how to let it pass. */
  atGate(): Promise<() => Promise<void>>;
  /** Takes the gate away. Ends a wait for somebody at it. */
  removeGate(): void;
  /** Names in the cache, without those of users. */
  cached(): readonly string[];
  remove(): void;
}

export function createWorkingCopy(): WorkingCopy {
  const root = temporaryDirectory();
  const cacheDir = join(root, 'cache');
  const path = (name: string) => join(root, name);
  const write = (name: string, content: string) => {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(path(name), content);
  };
  for (const [name, content] of Object.entries(FILES)) write(name, content);
  return {
    cacheDir,
    path,
    write,
    synthesize: (context) => synthesize(root, cacheDir, context),
    hash: () => inputHash(root),
    spawn: () => spawnSynthesizer(root, cacheDir),
    async spawnAndEnd() {
      const synthesizer = spawnSynthesizer(root, cacheDir);
      try {
        return await synthesizer.directory;
      } finally {
        await synthesizer.kill();
      }
    },
    close: () => void execFileSync('mkfifo', [path('gate')]),
    async atGate() {
      // Opening a pipe for writing waits for its reader.
      const pipe = await open(path('gate'), 'w');
      return () => pipe.close();
    },
    removeGate() {
      closeSync(openSync(path('gate'), constants.O_RDONLY | constants.O_NONBLOCK));
      rmSync(path('gate'));
    },
    cached: () => readdirSync(cacheDir).filter((name) => !name.endsWith('.user')),
    remove: () => removeDirectory(root),
  };
}

function spawnSynthesizer(root: string, cacheDir: string): Synthesizer {
  const child = spawn(process.execPath, ['--input-type=module', '-e', CHILD, root, cacheDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  return {
    directory: once(child.stdout, 'data').then(([text]) => String(text).trim()),
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The two copies in an assembly. They differ in an assembly that is made of two states of the sources. */
export function copiesIn(directory: string): readonly string[] {
  return ['first.json', 'second.json'].map((file) => readFileSync(join(directory, file), 'utf8'));
}

export function removeFile(path: string): void {
  rmSync(path);
}
