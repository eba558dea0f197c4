import { describeTable } from './suites/all.ts';
import { openMemoryTable } from './support/memory-table.ts';

describeTable('memory', openMemoryTable);
