import { readFileSync } from 'node:fs';
import * as z from 'zod';

/** The products that have an adapter. */
const PRODUCTS = ['outpost', 'svix', 'convoy'] as const;
type Product = (typeof PRODUCTS)[number];

/** A peer as the file of `--peers` describes it: a service of another product that already runs on this machine. */
export interface PeerSettings {
  /** Shown in tables and in the names of what the bench creates in the peer. */
  readonly name: string;
  readonly product: Product;
  /** Root of its HTTP API, without a slash at the end. */
  readonly url: string;
  /** The API key, resolved if the file names a variable of the environment. */
  readonly key: string;
  /** Convoy only: the id of an outgoing project. */
  readonly project: string | undefined;
  /** Outpost only: a topic that it is configured with. */
  readonly topic: string | undefined;
  /** By name of the part: a process id, or a command that prints process ids. */
  readonly processes: Readonly<Record<string, ProcessSource>>;
  readonly kill: KillSettings | undefined;
}

export type ProcessSource = number | string;

/** How the peer is killed and started again. Both commands run in a shell and must return. */
export type KillSettings =
  /** The bench sends SIGKILL to these parts of `processes`, and then runs the command that starts them. */
  | { readonly processes: readonly string[]; readonly restart: string }
  /** This command does both. */
  | { readonly command: string };

const MAX_PEERS = 8;
/** Also a part of ids in the peer, so plain letters. */
const NAME = /^(?!tidings$)[a-z][a-z0-9-]{0,31}$/;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const MIN_PID = 2;

const A_PROCESS = 'needs a process id, or a command that prints process ids';
const processSchema = z.union([z.int().min(MIN_PID, A_PROCESS), z.string().min(1, A_PROCESS)], A_PROCESS);

const killSchema = z.union(
  [
    z.strictObject({ processes: z.array(z.string()).min(1), restart: z.string().min(1) }),
    z.strictObject({ command: z.string().min(1) }),
  ],
  'needs processes and restart, or command alone',
);

const A_NAME = 'needs a lowercase letter, then at most 31 letters, digits or hyphens, and is not tidings';
const AN_ADDRESS = 'needs an http address on this machine, such as http://127.0.0.1:3333';
const PROCESSES = 'needs at least one process, to read CPU and memory from, such as {"server": 4711}';
const textSchema = z.string('needs text').min(1, 'needs text');

/** What to give in place of a value that is no object, or has fields of other names. */
const fieldsOr = (needs: string) => ({
  error: (issue: z.core.$ZodRawIssue) =>
    issue.code === 'unrecognized_keys'
      ? `has a field that nobody knows: ${(issue.keys ?? []).join(', ')}`
      : needs,
});

const peerSchema = z
  .strictObject(
    {
      name: z.string(A_NAME).regex(NAME, A_NAME).optional(),
      product: z.enum(PRODUCTS, `needs one of ${PRODUCTS.join(', ')}`),
      url: z.string(AN_ADDRESS).refine(isLoopback, AN_ADDRESS),
      key: textSchema.optional(),
      keyVariable: textSchema.optional(),
      project: textSchema.optional(),
      topic: textSchema.optional(),
      processes: z
        .record(z.string().min(1, 'needs a name for each process'), processSchema, PROCESSES)
        .refine((parts) => Object.keys(parts).length > 0, PROCESSES),
      kill: killSchema.optional(),
    },
    fieldsOr('needs product, url, processes, and key or keyVariable'),
  )
  .superRefine((peer, context) => {
    const wrong = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if ((peer.key === undefined) === (peer.keyVariable === undefined)) {
      wrong('key', 'needs either key or keyVariable');
    }
    if (peer.product === 'convoy' && peer.project === undefined)
      wrong('project', 'needs the id of a Convoy project');
    if (peer.product !== 'convoy' && peer.project !== undefined) wrong('project', 'is for Convoy only');
    if (peer.product !== 'outpost' && peer.topic !== undefined) wrong('topic', 'is for Outpost only');
    for (const part of killedParts(peer.kill)) {
      if (!(part in peer.processes))
        wrong('kill', `names the process ${part}, which processes does not have`);
    }
  });

const fileSchema = z
  .strictObject(
    {
      peers: z
        .array(peerSchema, 'needs a list of services to compare with')
        .min(1, 'needs at least one peer')
        .max(MAX_PEERS, `takes at most ${MAX_PEERS} peers`),
    },
    fieldsOr('needs an object, such as {"peers": [{"product": "outpost", …}]}'),
  )
  .superRefine(({ peers }, context) => {
    const names = peers.map(nameOf);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) {
      context.addIssue({ code: 'custom', path: ['peers'], message: `has two peers with the name ${twice}` });
    }
  });

type RawPeer = z.infer<typeof peerSchema>;

/**
 * Reads the file of `--peers`.
 *
 * @param env where `keyVariable` is looked up
 * @throws Error with one plain sentence that names the file and the wrong place in it. It never contains a key.
 */
export function readPeersFile(file: string, env: NodeJS.ProcessEnv = process.env): readonly PeerSettings[] {
  const parsed = fileSchema.safeParse(jsonOf(file));
  if (parsed.success) return parsed.data.peers.map((peer) => settingsOf(peer, { file, env }));
  const [issue] = parsed.error.issues;
  throw new Error(`${file}: ${placeOf(issue?.path ?? [])}${issue?.message ?? 'is not valid'}.`);
}

function jsonOf(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}.`);
  }
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which may contain a key.
    throw new Error(`${file} is not valid JSON.`);
  }
}

interface Origin {
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
}

function settingsOf(peer: RawPeer, { file, env }: Origin): PeerSettings {
  const { product, project, topic, processes, kill } = peer;
  const key = peer.key ?? env[peer.keyVariable ?? ''];
  if (key === undefined || key === '') {
    throw new Error(`${file}: the variable ${peer.keyVariable}, the key of ${nameOf(peer)}, is not set.`);
  }
  return {
    name: nameOf(peer),
    product,
    url: peer.url.replace(/\/+$/, ''),
    key,
    project,
    topic,
    processes,
    kill,
  };
}

function nameOf({ name, product }: Pick<RawPeer, 'name' | 'product'>): string {
  return name ?? product;
}

function killedParts(kill: KillSettings | undefined): readonly string[] {
  return kill !== undefined && 'processes' in kill ? kill.processes : [];
}

/** Processes are read on this machine, and a load must not hit somebody's live service. */
function isLoopback(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'http:' && LOOPBACK.test(url.hostname) && url.username === '' && url.search === '';
}

/** `peers[0].url `, and nothing for the whole file. */
function placeOf(path: readonly PropertyKey[]): string {
  const place = path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
  return place === '' ? '' : `${place} `;
}
