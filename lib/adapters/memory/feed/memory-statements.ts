import type { Statement } from '../../../core/bookkeeping/statements/statement.ts';
import type { StatementFiles, StatementStore } from '../../../core/bookkeeping/statements/statement-store.ts';
import type { MerchantFiles } from '../../../core/merchants/erasing/erasure-store.ts';
import type { StatementLinks } from '../../../core/query/reconciliation/statement-answer.ts';

/** @param statements by merchant and date */
export function memoryStatements(statements: Map<string, Statement>): StatementStore {
  const nameOf = ({ merchantId, date }: Pick<Statement, 'merchantId' | 'date'>) => `${merchantId}#${date}`;
  return {
    async read(merchantId, date) {
      return statements.get(nameOf({ merchantId, date }));
    },
    async newest(merchantId, limit) {
      return [...statements.values()]
        .filter((one) => one.merchantId === merchantId)
        .sort((left, right) => (left.date > right.date ? -1 : 1))
        .slice(0, limit);
    },
    async save(statement, expectedRevision) {
      const name = nameOf(statement);
      if (statements.get(name)?.revision !== expectedRevision) return false;
      statements.set(name, structuredClone(statement));
      return true;
    },
  };
}

/** Files that are deleted at a time. */
const FILES = 2;

interface MemoryFiles {
  readonly files: StatementFiles;
  readonly links: StatementLinks;
  readonly merchantFiles: MerchantFiles;
  /** The stored files by name. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
}

/** Files in memory, and links to them, like one bucket. */
export function memoryFiles(): MemoryFiles {
  const contents = new Map<string, Uint8Array>();
  return {
    contents,
    files: {
      async write(file, pieces) {
        const bytes: Uint8Array[] = [];
        for await (const piece of pieces) bytes.push(piece);
        contents.set(file, Buffer.concat(bytes));
      },
    },
    merchantFiles: {
      async removeSome(merchantId) {
        const own = [...contents.keys()].filter((file) => file.startsWith(`${merchantId}/`)).slice(0, FILES);
        for (const file of own) contents.delete(file);
        return own.length;
      },
    },
    links: {
      link: async (file, { name, seconds }) => `memory:${file}?name=${name}&seconds=${seconds}`,
    },
  };
}
