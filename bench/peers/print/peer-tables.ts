import { tableOf } from '../../print/text-table.ts';
import { type ContestantResult, MANY } from '../comparison.ts';
import { bestOf, FIGURES, type Figure, ratioOf } from './figures.ts';

/**
 * All tables of a run, as text for a terminal.
 * @param ownName the name of the contestant whose figures are divided by the others'
 */
export function peerTables(results: readonly ContestantResult[], ownName: string): string {
  const own = results.find(({ name }) => name === ownName);
  const peers = results.filter((result) => result !== own);
  const tables = [
    figuresTable(results),
    own === undefined ? '' : ratiosTable(own, peers),
    beyondTable(results),
    remarks(results),
  ];
  return tables.filter((table) => table !== '').join('\n\n');
}

/** Medians of the rounds. Batches stand in a row of their own. */
function figuresTable(results: readonly ContestantResult[]): string {
  const rows = results.flatMap((result) => {
    const row = (name: string, from: ContestantResult) => [
      name,
      ...FIGURES.map((figure) => shown(figure.of(from), figure.show)),
      from.bursts.length === 0 ? '–' : String(missingOf(from)),
    ];
    const batches: ContestantResult = { ...result, bursts: result.batches, paced: undefined, memory: [] };
    return [
      row(result.name, result),
      ...(result.batches.length > 0 ? [row(`${result.name}, batches`, batches)] : []),
    ];
  });
  return tableOf(['median of the rounds', ...FIGURES.map(({ title }) => title), 'missing'], rows);
}

function missingOf({ bursts }: ContestantResult): number {
  return bursts.reduce((sum, { missing }) => sum + missing, 0);
}

/** A row for each peer, and one for the best peer of each figure. */
function ratiosTable(own: ContestantResult, peers: readonly ContestantResult[]): string {
  const measured = peers.filter(({ bursts }) => bursts.length > 0);
  if (measured.length === 0) return '';
  const row = (name: string, other: (figure: Figure) => ContestantResult | undefined) => [
    name,
    ...FIGURES.map((figure) => {
      const compared = other(figure);
      return compared === undefined ? '–' : shown(ratioOf(figure, own, compared), times);
    }),
  ];
  return tableOf(
    [`${own.name} divided by`, ...FIGURES.map(({ title }) => title.replace(/, (ms|MB)$/, ''))],
    [
      ...measured.map((peer) => row(peer.name, () => peer)),
      row('the best peer of each column', (figure) => bestOf(figure, measured)),
    ],
  );
}

/** What throughput does not show: lost messages, found and caused. */
function beyondTable(results: readonly ContestantResult[]): string {
  const isMeasured = results.some(({ found, killed }) => found !== undefined || killed !== undefined);
  if (!isMeasured) return '';
  const count = (value: number | undefined) => (value === undefined ? '–' : value.toLocaleString('en'));
  const rows = results.map(({ name, found, foundAmongMany, killed }) => [
    name,
    found === undefined ? '–' : `${found.found} of ${found.lost} in ${count(found.among)}`,
    count(found?.requests),
    kilobytes(found?.bytes),
    count(foundAmongMany?.requests),
    kilobytes(foundAmongMany?.bytes),
    count(killed?.accepted),
    count(killed?.lost),
    count(killed?.repeated),
    count(killed && Math.ceil(killed.recoveredSeconds)),
  ]);
  const many = MANY.toLocaleString('en');
  const finding = ['lost ones found', 'requests', 'KB', `requests in ${many}`, 'KB'];
  return tableOf(
    ['beyond throughput', ...finding, 'SIGKILL: accepted', 'lost', 'repeated', 'last after, s'],
    rows,
  );
}

function remarks(results: readonly ContestantResult[]): string {
  const lines = results.flatMap(({ name, bursts, batches, paced, fault }) => {
    const scenes = [...bursts, ...batches, ...(paced === undefined ? [] : [paced])];
    return [
      ...(fault === undefined ? [] : [`NOT MEASURED TO THE END ${fault}`]),
      ...scenes.flatMap((scene) => [
        ...scene.warnings.map((text) => `NOT COMPARABLE ${name}, ${scene.name}: ${text}`),
        ...scene.notes.map((text) => `${name}, ${scene.name}: ${text}`),
      ]),
    ];
  });
  return [...new Set(lines)].join('\n');
}

const times = (value: number) => `${value.toFixed(2)}×`;
const shown = (value: number, show: (value: number) => string) =>
  Number.isFinite(value) ? show(value) : '–';

function kilobytes(bytes: number | undefined): string {
  return bytes === undefined ? '–' : Math.ceil(bytes / 1_000).toLocaleString('en');
}
