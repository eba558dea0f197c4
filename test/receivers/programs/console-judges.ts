import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERIFY_SNIPPETS } from '../../../lib/console/view/delivery/verify-snippets.ts';
import { madeOnce } from '../../support/made-once.ts';
import { ROOT } from '../../support/synthesized.ts';
import {
  compile,
  findGo,
  findJavac,
  findPhp,
  findPython,
  type Makers,
  makePresent,
  type Present,
} from './languages.ts';

/**
 * Programs that judge one callback each, made of the code that the console shows on the page of a delivery. They end with 0
 * if it is genuine, and with 1 if not.
 */

const SNIPPETS_FILE = join(ROOT, 'lib/console/view/delivery/verify-snippets.ts');

export const makeConsoleJudges = (): Promise<Present> => makePresent(MAKERS);

const MAKERS: Makers = {
  async 'Node.js'() {
    const kit = join(ROOT, 'lib/receiver/index.ts');
    const code = snippetOf('Node.js').replace("'tidings/receiver'", JSON.stringify(kit));
    const [imports = '', ...rest] = code.split('\n');
    const lines = [
      imports,
      ...ARGUMENTS_OF_NODE,
      'process.env.ENDPOINT_SECRET = key;',
      'try {',
      ...rest,
      '} catch { process.exit(1) }',
    ];
    const made = await program('node', (directory) =>
      writeFileSync(join(directory, 'judge.mjs'), lines.join('\n')),
    );
    return { command: [process.execPath, join(made, 'judge.mjs')] };
  },

  async Python() {
    const python = findPython();
    const made = await program('python', (directory) =>
      writeFileSync(join(directory, 'judge.py'), `${snippetOf('Python')}\n${HARNESS_OF_PYTHON}`),
    );
    return { command: [python, '-B', join(made, 'judge.py')] };
  },

  async Go() {
    const go = findGo();
    const made = await program('go', (directory) => {
      writeFileSync(join(directory, 'judge.go'), `${HARNESS_OF_GO}\n${snippetOf('Go')}\n`);
      compile(go, ['build', '-o', join(directory, 'judge'), join(directory, 'judge.go')], directory);
    });
    return { command: [join(made, 'judge')] };
  },

  async Java() {
    const javac = findJavac();
    const made = await program('java', (directory) => {
      const file = join(directory, 'Judge.java');
      writeFileSync(file, `${IMPORTS_OF_JAVA}\nclass Judge {\n${snippetOf('Java')}\n${MAIN_OF_JAVA}\n}\n`);
      compile(javac, ['-d', directory, file], directory);
    });
    return { command: ['java', '-cp', made, 'Judge'] };
  },

  async PHP() {
    const php = findPhp();
    const made = await program('php', (directory) =>
      writeFileSync(join(directory, 'judge.php'), `<?php\n${snippetOf('PHP')}\n${HARNESS_OF_PHP}`),
    );
    return { command: [php, '-n', join(made, 'judge.php')] };
  },
};

function program(language: string, make: (directory: string) => void): Promise<string> {
  const inputs = [SNIPPETS_FILE, join(import.meta.dirname, 'console-judges.ts')];
  return madeOnce({ name: `console-judge-${language}`, inputs, make });
}

function snippetOf(label: string): string {
  const found = VERIFY_SNIPPETS.find((one) => one.label === label);
  if (found === undefined) throw new Error(`The console shows no code for ${label}.`);
  return found.code;
}

const ARGUMENTS_OF_NODE = [
  'const [, key, id, timestamp, signature, body] = process.argv.slice(2);',
  "const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };",
  'const request = { headers, body: Buffer.from(body) };',
];

const HARNESS_OF_PYTHON = `
import sys
_, key, message_id, timestamp, signature, body = sys.argv[1:]
os.environ["ENDPOINT_SECRET"] = key
try:
    verify({"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signature}, body.encode())
except ValueError:
    sys.exit(1)
`;

const HARNESS_OF_GO = `package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	os.Setenv("ENDPOINT_SECRET", os.Args[2])
	header := http.Header{}
	header.Set("webhook-id", os.Args[3])
	header.Set("webhook-timestamp", os.Args[4])
	header.Set("webhook-signature", os.Args[5])
	if verify(header, []byte(os.Args[6])) != nil {
		os.Exit(1)
	}
}
`;

const IMPORTS_OF_JAVA = `import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
`;

/** A process of Java cannot change its environment: the test sets it. */
const MAIN_OF_JAVA = `
    public static void main(String[] given) throws Exception {
        try {
            verify(
                Map.of("webhook-id", given[2], "webhook-timestamp", given[3], "webhook-signature", given[4]),
                given[5].getBytes(StandardCharsets.UTF_8));
        } catch (SecurityException refused) {
            System.exit(1);
        }
    }
`;

const HARNESS_OF_PHP = `
[, , $key, $id, $timestamp, $signature, $body] = $argv;
putenv("ENDPOINT_SECRET=$key");
try {
    verify(['webhook-id' => $id, 'webhook-timestamp' => $timestamp, 'webhook-signature' => $signature], $body);
} catch (RuntimeException $refused) {
    exit(1);
}
`;
