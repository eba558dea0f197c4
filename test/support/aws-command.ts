export {};

/** One service of AWS. Loading all of them takes longer than a call. */
interface Service {
  readonly client: unknown;
  readonly commands: object;
}

/**
 * Does what `aws <service> <operation> --parameter value …` does, for machines without the AWS CLI. Knows what the runbook
 * types: parameters in the words of the API, JSON, lists, `--query` of one path, `--output text`.
 */
const SERVICES: Readonly<Record<string, () => Promise<Service>>> = {
  sqs: async () => {
    const commands = await import('@aws-sdk/client-sqs');
    return { client: new commands.SQSClient({}), commands };
  },
  dynamodb: async () => {
    const commands = await import('@aws-sdk/client-dynamodb');
    return { client: new commands.DynamoDBClient({}), commands };
  },
  secretsmanager: async () => {
    const commands = await import('@aws-sdk/client-secrets-manager');
    return { client: new commands.SecretsManagerClient({}), commands };
  },
};
/** Parameters that are always lists, also with one value. */
const LISTS = new Set(['AttributeNames', 'MessageAttributeNames']);
/** What the CLI calls otherwise, or adds. */
const OTHERS: Readonly<Record<string, string | undefined>> = { MaxItems: 'Limit', Output: undefined };

const pascal = (name: string) =>
  name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());

function parameterOf(name: string, words: readonly string[]): unknown {
  if (LISTS.has(name)) return words;
  const [word = ''] = words;
  if (/^\d+$/.test(word)) return Number(word);
  return /^[[{]/.test(word) && name !== 'MessageBody' ? JSON.parse(word) : word;
}

const [service = '', operation = '', ...rest] = process.argv.slice(2);
const open = SERVICES[service];
if (open === undefined) throw new Error(`aws ${service} is not known`);
const { client, commands } = await open();
const input: Record<string, unknown> = {};
let query: string | undefined;
for (let index = 0; index < rest.length; ) {
  const flag = rest[index] ?? '';
  if (!flag.startsWith('--')) throw new Error(`${flag} is no parameter`);
  const end = rest.findIndex((word, at) => at > index && word.startsWith('--'));
  const words = rest.slice(index + 1, end === -1 ? undefined : end);
  index = end === -1 ? rest.length : end;
  const name = pascal(flag.slice(2));
  if (name === 'Query') query = words[0];
  else {
    const own = name in OTHERS ? OTHERS[name] : name;
    if (own !== undefined) input[own] = parameterOf(name, words);
  }
}
const Command = (commands as unknown as Record<string, new (input: object) => object>)[
  `${pascal(operation)}Command`
];
if (Command === undefined) throw new Error(`aws ${service} ${operation} is not known`);
const { $metadata: _hidden, ...answer } = (await (client as { send(command: object): Promise<object> }).send(
  new Command(input),
)) as Record<string, unknown>;
const found = query
  ?.split('.')
  .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], answer);
process.stdout.write(
  `${typeof found === 'string' ? found : JSON.stringify(found ?? answer, undefined, 2)}\n`,
);
