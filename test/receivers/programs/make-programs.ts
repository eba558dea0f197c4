import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { madeOnce } from '../../support/made-once.ts';
import {
  compile,
  EXAMPLES,
  fetchPackages,
  findLanguage,
  type Missing,
  MissingHere,
  type Program,
} from './program.ts';

/** Makes each program, where its language is present. */
export async function makePrograms(): Promise<{
  readonly programs: readonly Program[];
  readonly missing: readonly Missing[];
}> {
  const programs: Program[] = [];
  const missing: Missing[] = [];
  for (const [language, make] of Object.entries(MAKERS)) {
    try {
      programs.push({ language, ...(await make()) });
    } catch (error) {
      if (!(error instanceof MissingHere)) throw error;
      missing.push({ language, why: error.message });
    }
  }
  return { programs, missing };
}

type Made = Omit<Program, 'language'>;

const MAKERS: Readonly<Record<'Python' | 'Go' | 'Java', () => Promise<Made>>> = {
  async Python() {
    const source = join(EXAMPLES, 'python');
    const python = findPython();
    const packages = await pythonPackages(join(source, 'requirements.txt'));
    return {
      command: [python, '-B', join(source, 'receiver.py')],
      environment: { PYTHONPATH: packages },
    };
  },

  async Go() {
    const source = join(EXAMPLES, 'go');
    const go = findLanguage(['go', '/usr/local/go/bin/go'], 'version', /go1\.(2[1-9]|[3-9]\d)/);
    const made = await madeOnce({
      name: 'receiver-go',
      inputs: [source],
      make(directory) {
        fetchPackages(go, ['mod', 'download'], source);
        compile(go, ['build', '-o', join(directory, 'receiver'), '.'], source);
      },
    });
    return { command: [join(made, 'receiver')] };
  },

  async Java() {
    const source = join(EXAMPLES, 'java');
    const javac = findLanguage(['javac'], '-version', /javac (1[7-9]|[2-9]\d)/);
    const maven = findLanguage(['mvn'], '-version', /Maven 3/);
    const made = await madeOnce({
      name: 'receiver-java',
      inputs: [source],
      make(directory) {
        const [jars, classes] = [join(directory, 'jars'), join(directory, 'classes')];
        mkdirSync(classes);
        fetchPackages(
          maven,
          ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${jars}`],
          source,
        );
        compile(
          javac,
          [
            '-d',
            classes,
            '-cp',
            join(jars, '*'),
            join(source, 'Receiver.java'),
            join(source, 'Service.java'),
          ],
          source,
        );
      },
    });
    return { command: ['java', '-cp', `${join(made, 'classes')}:${join(made, 'jars/*')}`, 'Receiver'] };
  },
};

/** @throws MissingHere if there is no Python that the page's programs run on */
export function findPython(): string {
  return findLanguage(['python3', 'python'], '--version', /Python 3\.(1\d|[2-9]\d)/);
}

/** @param requirements the path of a file that names packages */
export function pythonPackages(requirements: string): Promise<string> {
  const python = findPython();
  return madeOnce({
    name: 'python-packages',
    inputs: [requirements],
    make: (directory) =>
      fetchPackages(
        python,
        ['-m', 'pip', 'install', '-q', '--target', directory, '-r', requirements],
        directory,
      ),
  });
}
