import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { madeOnce } from '../../support/made-once.ts';
import { codeBlocks } from '../../support/published/guide.ts';
import { ROOT } from '../../support/synthesized.ts';
import {
  compile,
  fetchPackages,
  findCargo,
  findGo,
  findJavac,
  findMaven,
  findPython,
  type Makers,
  makePresent,
  type Present,
  pythonPackages,
} from './languages.ts';

/** Programs that judge one signed message each, made of the code on the pages of `docs/guides/receivers`. */

const SNIPPETS = join(ROOT, 'test/receivers/snippets');
const GUIDES = join(ROOT, 'docs/guides/receivers');
const JAVA_EXAMPLE = join(ROOT, 'examples/receivers/java');

export function makeJudges(): Promise<Present> {
  return makePresent(MAKERS);
}

interface PageProgram {
  readonly language: 'python' | 'go' | 'java' | 'rust';
  /** Names of files in the folder of snippets. */
  readonly files: readonly string[];
  readonly make: (directory: string) => void;
}

/** Makes a program once for each state of the page and of what is beside it. */
function madeOf({ language, files, make }: PageProgram): Promise<string> {
  const beside = files.map((name) => join(SNIPPETS, name));
  return madeOnce({
    name: `judge-${language}`,
    inputs: [join(GUIDES, `${language}.md`), ...beside],
    make(directory) {
      for (const name of files) copyFileSync(join(SNIPPETS, name), join(directory, name));
      make(directory);
    },
  });
}

const MAKERS: Makers = {
  async Python() {
    const packages = await pythonPackages(join(SNIPPETS, 'python-requirements.txt'));
    const made = await madeOf({
      language: 'python',
      files: ['judge.py'],
      make: (directory) => writeFileSync(join(directory, 'page.py'), pageOf('python').join('\n')),
    });
    return { command: [findPython(), '-B', join(made, 'judge.py')], environment: { PYTHONPATH: packages } };
  },

  async Go() {
    const go = findGo();
    const made = await madeOf({
      language: 'go',
      files: ['judge.go'],
      make(directory) {
        for (const [index, block] of pageOf('go').entries()) {
          writeFileSync(join(directory, `page${index}.go`), `package main\n\n${block}`);
        }
        for (const name of ['go.mod', 'go.sum']) {
          copyFileSync(join(ROOT, 'examples/receivers/go', name), join(directory, name));
        }
        fetchPackages(
          go,
          ['mod', 'download', 'github.com/standard-webhooks/standard-webhooks/libraries'],
          directory,
        );
        compile(go, ['build', '-o', 'judge', '.'], directory);
      },
    });
    return { command: [join(made, 'judge')] };
  },

  async Java() {
    const [javac, maven] = [findJavac(), findMaven()];
    const made = await madeOf({
      language: 'java',
      files: ['Judge.java'],
      make(directory) {
        const [jars, classes] = [join(directory, 'jars'), join(directory, 'classes')];
        mkdirSync(classes);
        const fetching = ['-q', '-B', '-Dstyle.color=never', 'dependency:copy-dependencies'];
        fetchPackages(maven, [...fetching, `-DoutputDirectory=${jars}`], JAVA_EXAMPLE);
        const files = pageOf('java').map((block) => {
          const file = join(directory, `${/final class (\w+)/.exec(block)?.[1]}.java`);
          writeFileSync(file, block);
          return file;
        });
        compile(
          javac,
          ['-d', classes, '-cp', join(jars, '*'), join(directory, 'Judge.java'), ...files],
          directory,
        );
      },
    });
    return { command: ['java', '-cp', `${join(made, 'classes')}:${join(made, 'jars/*')}`, 'Judge'] };
  },

  async Rust() {
    const cargo = findCargo();
    const made = await madeOf({
      language: 'rust',
      files: ['judge.rs', 'Cargo.toml'],
      make(directory) {
        writeFileSync(join(directory, 'page.rs'), pageOf('rust').join('\n'));
        fetchPackages(cargo, ['fetch', '-q'], directory);
        compile(cargo, ['build', '-q', '--target-dir', join(directory, 'target')], directory);
      },
    });
    return { command: [join(made, 'target/debug/judge')] };
  },
};

function pageOf(language: PageProgram['language']): readonly string[] {
  return codeBlocks(`receivers/${language}.md`, language);
}
