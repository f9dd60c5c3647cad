/** The commands in README and docs are run as they stand, each document as one session in a folder of its own. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { temporaryFolder } from '../support/folders.ts';
import { missingOnThisMachine } from '../support/needs.ts';
import { blocksOf, documents } from './documents.ts';

const projectFolder = join(import.meta.dirname, '..', '..');
const folder = temporaryFolder();
after(() => folder.remove());

/** Longest that the commands of one document may take. Milliseconds. */
const patienceMs = 240_000;

/** Runs a script in bash; what it left running in the background is ended with it. */
function session(script: string, configuration: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', `cd "$HOLDFAST_PROJECT"\n${script}`], {
      detached: true,
      env: {
        ...process.env,
        HOLDFAST_PROJECT: projectFolder,
        XDG_CONFIG_HOME: configuration,
        PATH: `${join(projectFolder, 'node_modules/.bin')}:${process.env.PATH}`,
        NODE_NO_WARNINGS: '1',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data));
    const endGroup = () => {
      try {
        process.kill(-(child.pid ?? 0), 'SIGTERM');
      } catch {
        // Nothing of the session is left.
      }
    };
    const timer = setTimeout(endGroup, patienceMs);
    child.on('exit', (code) => {
      clearTimeout(timer);
      endGroup();
      resolve({ code, output });
    });
  });
}

test('every block of commands is either run here or says why not', () => {
  for (const { path, blocks } of documents()) {
    for (const block of blocks)
      assert.notEqual(block.run, '', `${path}:${block.line}: write "sh run" or "sh not run: why"`);
  }
  assert.deepEqual(blocksOf('```sh\ntrue\n```'), [{ line: 1, script: 'true\n', run: '' }]);
});

for (const { path, blocks } of documents()) {
  const scripts = blocks.filter((block) => block.run === true).map((block) => block.script);
  if (scripts.length === 0) continue;
  test(`the commands of ${path} work as they stand`, { skip: missingOnThisMachine('bash') }, async () => {
    const { code, output } = await session(scripts.join('\n'), join(folder.path, path.replaceAll('/', '-')));
    assert.equal(code, 0, output.slice(-4000));
  });
}
