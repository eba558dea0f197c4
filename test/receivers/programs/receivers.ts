import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { madeOnce } from '../../support/made-once.ts';
import { ROOT } from '../../support/synthesized.ts';
import {
  compile,
  fetchPackages,
  findGo,
  findJavac,
  findMaven,
  findPython,
  type Makers,
  makePresent,
  type Present,
  pythonPackages,
} from './languages.ts';

const EXAMPLES = join(ROOT, 'examples/receivers');

/** Makes each receiver of `examples/receivers`, where its language is present. */
export function makePrograms(): Promise<Present> {
  return makePresent(MAKERS);
}

const MAKERS: Makers = {
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
    const go = findGo();
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
    const javac = findJavac();
    const maven = findMaven();
    const made = await madeOnce({
      name: 'receiver-java',
      inputs: [source],
      make(directory) {
        const [jars, classes] = [join(directory, 'jars'), join(directory, 'classes')];
        mkdirSync(classes);
        fetchPackages(
          maven,
          ['-q', '-B', '-Dstyle.color=never', 'dependency:copy-dependencies', `-DoutputDirectory=${jars}`],
          source,
        );
        const files = ['Receiver', 'Reconciling', 'Service', 'Store'].map((name) =>
          join(source, `${name}.java`),
        );
        compile(javac, ['-Xlint:all', '-Werror', '-d', classes, '-cp', join(jars, '*'), ...files], source);
      },
    });
    return { command: ['java', '-cp', `${join(made, 'classes')}:${join(made, 'jars/*')}`, 'Receiver'] };
  },
};
