import type { TestProject } from 'vitest/node';
import { startOwnService } from '../../examples/shared/surroundings.ts';
import synthesize from '../support/synthesized.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Of the service to which all lessons of this run record. */
    readonly dataDir: string;
  }
}

/** One service for all lessons: it is not what is killed here. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await synthesize();
  const service = await startOwnService();
  project.provide('dataDir', service.dataDir);
  return () => service.stop();
}
