import { describeTable } from '../suites/every-store-suite.ts';
import { openMemoryTable } from '../support/memory-table.ts';

describeTable('memory', openMemoryTable);
