/** Every verb says how it is used, and wrong use is told apart from failure. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from 'commander';
import { clientProgram } from '../src/client/program.ts';
import { holdfastProgram } from '../src/program.ts';
import { holdfast, surroundings } from './support.ts';

const silent = () => surroundings({ out: '', error: '' });

function verbs(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(verbs);
}

test('the help of every verb has an example of that verb and offers --json', async () => {
  for (const program of [await holdfastProgram(silent()), clientProgram(silent())]) {
    const all = verbs(program);
    assert.ok(all.length >= 4);
    for (const verb of all) {
      let help = '';
      const writeOut = (text: string) => {
        help += text;
      };
      verb.configureOutput({ writeOut }).outputHelp();
      const path = [verb.name()];
      for (let at = verb.parent; at; at = at.parent) path.unshift(at.name());
      assert.match(help, /\nExamples:\n/, path.join(' '));
      assert.ok(help.slice(help.indexOf('Examples:')).includes(path.join(' ')), path.join(' '));
      assert.match(help, /--json/, path.join(' '));
    }
  }
});

test('every verb is found by its first word alone, and its family is all that is loaded for it', async () => {
  const all = await holdfastProgram(silent());
  for (const name of all.commands.map((command) => command.name())) {
    const alone = await holdfastProgram(silent(), name);
    assert.ok(alone.commands.some((command) => command.name() === name));
    assert.ok(alone.commands.length <= 2, name);
  }
});

test('wrong use ends with 2 and --help with 0', async () => {
  assert.equal((await holdfast(['client', 'frobnicate'])).code, 2);
  assert.equal((await holdfast(['token', 'create'])).code, 2);
  assert.equal((await holdfast(['token', 'create', '--label', 'x', '--lifetime', 'soon'])).code, 2);
  assert.equal((await holdfast(['deploy', '--help'])).code, 0);
});

test('a verb without a site says how to name one', async () => {
  const { code, error } = await holdfast(['overview', '--json'], {
    environment: { XDG_CONFIG_HOME: '/nowhere' },
  });
  assert.equal(code, 1);
  assert.equal(JSON.parse(error).error.code, 'auth.required');
});
