/** A page of the documentation. */
export interface NavigationPage {
  /** From the root of the repository: `docs/guides/quick-start.md`. */
  readonly file: string;
  /** Short, for the navigation. */
  readonly title: string;
  /** One line, for `llms.txt`. */
  readonly about: string;
}

export interface NavigationSection {
  readonly title: string;
  readonly pages: readonly NavigationPage[];
}

/** A page by file, title and what it is about. */
function page(file: string, title: string, about: string): NavigationPage {
  return { file, title, about };
}

/** The guides in the order in which a newcomer reads them. Each of these pages ends with a link to the next one. */
const PATH: readonly NavigationPage[] = [
  page(
    'docs/guides/quick-start.md',
    'Quick start',
    'record a payment, see its callback, lose one, find it, reconcile, in five minutes',
  ),
  page(
    'docs/guides/concepts.md',
    'Concepts',
    'the picture, the words, the states, and what is left to the receiver',
  ),
  page('docs/guides/receiver.md', 'Receive', 'verify callbacks, apply each outcome once, and miss none'),
  page(
    'docs/guides/initiator.md',
    'Initiate',
    'record outcomes: API, batch, outbox, queue, and being asked about a PENDING',
  ),
  page(
    'docs/guides/operate.md',
    'Operate',
    'what needs somebody, why a callback did not arrive, send it again, who changed what',
  ),
  page(
    'docs/deploy.md',
    'Deploy',
    'from an empty AWS account to the first callback; upgrade, restore, teardown',
  ),
  page(
    'docs/guides/reconcile.md',
    'Reconcile',
    'prove that nothing is missing: the kit, a ledger, the console, a statement',
  ),
  page(
    'docs/guides/patterns.md',
    'Patterns',
    'thirteen transaction patterns compared, each a program to run and to kill',
  ),
];

export const NAVIGATION: readonly NavigationSection[] = [
  { title: 'Guides', pages: PATH },
  {
    title: 'Receivers by language',
    pages: [
      page('docs/guides/receivers/node.md', 'Node', 'Express, Fastify, NestJS, Next.js, Hono and Lambda'),
      page('docs/guides/receivers/python.md', 'Python', 'verify in ten lines, and a whole receiver'),
      page('docs/guides/receivers/go.md', 'Go', 'verify in ten lines, and a whole receiver'),
      page('docs/guides/receivers/java.md', 'Java', 'verify in ten lines, and a whole receiver'),
      page('docs/guides/receivers/php.md', 'PHP', 'verify in ten lines, and miss nothing'),
      page('docs/guides/receivers/rust.md', 'Rust', 'verify in ten lines, and miss nothing'),
      page('docs/guides/receivers/csharp.md', 'C#', 'verify in ten lines, and miss nothing'),
    ],
  },
  {
    title: 'Reference',
    pages: [
      page(
        'docs/openapi.json',
        'API',
        'each request, its fields, answers and refusals; the service shows the same at /docs',
      ),
      page('docs/errors.md', 'Error codes', 'each code of a refused request, and what to do'),
      page('docs/cli.md', 'Command line', 'every command of tidings with its options and examples'),
      page('docs/guides/cdk.md', 'CDK construct', 'Tidings in your CDK app, from the package'),
      page('docs/configuration.md', 'Configuration', 'presets and props of the stack, and what they cost'),
      page(
        'docs/wire-format.md',
        'Wire format',
        'bytes, signatures and digests, for a receiver in any language',
      ),
      page(
        'docs/guides/statement.md',
        'Statements',
        'the file of a day with control totals, and comparing a ledger',
      ),
      page('docs/console.md', 'Console', 'each page of the console in a picture'),
      page('docs/limits.md', 'Limits', 'what it does not do; sizes, rates, times, and one machine'),
      page('docs/guarantees.md', 'Guarantees', 'each promise with its tests and the last counts'),
      page('docs/costs.md', 'Costs', 'idle, by rate, and per million'),
      page('docs/scale.md', 'Scale', 'which limit binds at which rate, and what to change'),
      page(
        'docs/performance.md',
        'Performance',
        'what the local cloud and the functions take, and how to measure it',
      ),
    ],
  },
  {
    title: 'Help',
    pages: [
      page(
        'docs/troubleshooting.md',
        'Troubleshooting',
        'by symptom: what to look at, the cause, what to mend',
      ),
      page('docs/runbook.md', 'Runbook', 'for operators: what to type when an alarm fires'),
      page('docs/upgrade.md', 'Upgrade', 'from one version to the next without loss, for each side'),
      page(
        'docs/releases.md',
        'Releases',
        'what a version may change, which ones are supported, how one is made',
      ),
      page('CHANGELOG.md', 'Changelog', 'notable changes, newest first'),
      page(
        'docs/guides/why-not.md',
        'Why not something else?',
        'home-made callbacks, EventBridge, SNS, Svix, Outpost, Convoy, Step Functions, outbox alone',
      ),
      page(
        'docs/guides/peers.md',
        'Measure against others',
        'Outpost, Svix and Convoy under the same load on your machine',
      ),
    ],
  },
  {
    title: '中文',
    pages: [
      page('README.zh-CN.md', '简介', 'README in Chinese'),
      page('docs/zh-CN/quick-start.md', '快速开始', 'quick start in Chinese'),
      page('docs/zh-CN/concepts.md', '概念', 'concepts in Chinese'),
      page('docs/zh-CN/receiver.md', '接收结果', 'receiver guide in Chinese'),
      page('docs/zh-CN/operate.md', '运维', 'operators’ guide in Chinese'),
      page('docs/zh-CN/patterns.md', '事务模式', 'transaction patterns in Chinese'),
      page(
        'docs/zh-CN/glossary.md',
        '术语表',
        'the words of the pages and the console in English and Chinese',
      ),
    ],
  },
  {
    title: 'Work on Tidings',
    pages: [
      page('ARCHITECTURE.md', 'Architecture', 'the flow, the folders, where a change belongs, the glossary'),
      page('CONTRIBUTING.md', 'Contributing', 'start, test, commit, release'),
      page('SECURITY.md', 'Security', 'reporting a vulnerability, and what the service guards against'),
      page('docs/targets.md', 'Other clouds', 'the end-to-end suite on MiniStack, LocalStack and AWS'),
      page('docs/dependencies.md', 'Dependencies', 'third-party packages and why each is there'),
    ],
  },
];

/** Where the reader of a guide goes next, if somewhere. */
export function nextOf(file: string): NavigationPage | undefined {
  const at = PATH.findIndex((one) => one.file === file);
  return at === -1 ? undefined : PATH[at + 1];
}

export const GUIDES: readonly NavigationPage[] = PATH;

/** Every page, in the order of the navigation. */
export const ALL_PAGES: readonly NavigationPage[] = NAVIGATION.flatMap(({ pages }) => pages);
