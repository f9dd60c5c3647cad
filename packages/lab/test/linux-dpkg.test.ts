/** The simulated dpkg beside the real one: the same work, the same files, the same database, the same words. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { knownDpkg } from '@holdfast/contract';
import { readContent } from '../src/disk/content.ts';
import { readParagraphs, recordOf } from '../src/linux/control.ts';
import { readDeb } from '../src/linux/deb.ts';
import type { DebianMachine } from '../src/linux/machine.ts';
import { type Random, randomFrom } from '../src/world/random.ts';
import { inVirtualTime } from '../src/world/run.ts';
import {
  debName,
  debOf,
  newMachine,
  packages,
  put,
  queried,
  root,
  simulated,
  systemOf,
  versions,
  withDpkg,
} from './support/dpkg-machine.ts';
import { dpkg, newRoot, realTree, simulatedTree } from './support/real-dpkg.ts';

/** What both must have alike: all files of the system, the status file, the lists and sums. */
function comparable(tree: ReadonlyMap<string, string | undefined>): Record<string, string | undefined> {
  const admin = '/var/lib/dpkg/';
  const kept = [...tree].filter(([path]) =>
    path.startsWith(admin)
      ? path === `${admin}status` || /^\/var\/lib\/dpkg\/(updates\/|info\/[^/]+\.)/.test(path)
      : !path.startsWith('/var'),
  );
  return Object.fromEntries(kept.sort(([left], [right]) => (left < right ? -1 : 1)));
}

test('a package that the lab writes is read back as it was', () => {
  const { control, files } = readDeb(debOf('anvil', '1.0'));
  assert.equal(control.get('Description'), 'anvil for smiths\n It has two lines.\n .\n And a third.');
  assert.deepEqual(
    files.filter(({ content }) => content !== undefined).map(({ path }) => path),
    ['/opt/anvil-1.0/large', '/usr/bin/anvil', '/usr/share/anvil/1.0/own', '/usr/share/anvil/same'],
  );
  assert.throws(() => readDeb(Buffer.from('nothing of the kind')), /no Debian package/);
});

type Work = { readonly action: string; readonly names: readonly string[]; readonly debs: readonly string[] };

function nextWork(random: Random): Work {
  const chosen = packages.filter(() => random.chance(1, 2));
  const names = chosen.length === 0 ? [random.pick(packages)] : chosen;
  const debs = names.map((name) => debName(name, random.pick(versions)));
  return { action: random.pick(['-i', '-i', '--unpack', '-r', '-P', '--configure']), names, debs };
}

/** The command line, with the packages in a folder. */
function wordsOf({ action, names, debs }: Work, folder: string): readonly string[] {
  if (action === '--configure') return [action, '-a'];
  if (action === '-r' || action === '-P') return [action, ...names];
  return [action, ...debs.map((deb) => join(folder, deb))];
}

const steps = Number(process.env.DPKG_STEPS ?? 25);

test(`${steps} random runs leave the same files and the same database as real dpkg`, withDpkg, async () => {
  const [real, debs] = [await newRoot(), await newRoot()];
  const machine = newMachine();
  const random = randomFrom('dpkg').stream('work');
  try {
    for (const name of packages) {
      for (const version of versions) {
        await writeFile(join(debs.path, debName(name, version)), debOf(name, version));
      }
    }
    const told: string[] = [];
    for (let step = 1; step <= steps; step++) {
      const work = nextWork(random);
      told.push(wordsOf(work, '').join(' '));
      const ours = await simulated(machine, wordsOf(work, '/debs'));
      const theirs = await dpkg(real.path, wordsOf(work, debs.path));
      const here = `after\n${told.join('\n')}\nours: ${ours.output}\ntheirs: ${theirs.output}`;
      assert.equal(ours.code, theirs.code, here);
      const tree = comparable(simulatedTree(systemOf(machine)));
      assert.deepEqual(tree, comparable(await realTree(real.path)), here);
    }
  } finally {
    await real.remove();
    await debs.remove();
  }
});

/** `half-configured anvil 1.0` for every state that the simulated dpkg makes durable, in order. */
function watchStates({ volume }: DebianMachine): readonly string[] {
  const states: string[] = [];
  const { move } = volume;
  volume.move = (from, to) => {
    const node = from.folder.entries.get(from.name);
    if (from.name === 'tmp.i' && node?.kind === 'file') {
      const text = Buffer.from(readContent(node.content, 0, node.content.length)).toString('utf8');
      const record = recordOf(readParagraphs(text)[0] ?? new Map());
      const version = record?.fields.get('Version') ?? '<none>';
      if (record) states.push(`${record.status.state} ${record.name} ${version}`);
    }
    move(from, to);
  };
  return states;
}

/** Without those that say again what was said just before. */
const changes = (states: readonly string[]) => states.filter((state, index) => state !== states[index - 1]);

test(
  'the states that a package goes through are those that real dpkg logs, in their order',
  withDpkg,
  async () => {
    const real = await newRoot();
    const machine = newMachine();
    const states = watchStates(machine);
    try {
      const lines = (folder: string) => [
        ['-i', join(folder, debName('anvil', '1.0'))],
        ['-i', join(folder, debName('anvil', '2.0-1'))],
        ['-r', 'anvil'],
      ];
      for (const version of versions) {
        await writeFile(join(real.path, debName('anvil', version)), debOf('anvil', version));
      }
      for (const words of lines('/debs')) assert.equal((await simulated(machine, words)).code, 0);
      for (const words of lines(real.path)) assert.equal((await dpkg(real.path, words)).code, 0);
      const log = await readFile(join(real.path, 'var/log/dpkg.log'), 'utf8');
      const logged = [...log.matchAll(/ status (\S+) (\w+):all (\S+)$/gm)].map(
        ([, state, name, version]) => `${state} ${name} ${version}`,
      );
      assert.ok(states.length > 15, `only ${states.length} states`);
      assert.deepEqual(changes(states), changes(logged));
    } finally {
      await real.remove();
    }
  },
);

test('a dpkg beside another one is refused in the words of dpkg, and the lock ends with its process', async () => {
  const machine = newMachine();
  const { installers, processes } = machine.ports('test');
  const start = (version: string) =>
    processes.start({
      program: 'dpkg',
      arguments: [`--root=${root}`, '-i', debName('anvil', version)],
      folder: '/debs',
    });
  await inVirtualTime(machine.clock, async () => {
    const first = await start('1.0');
    assert.equal((await installers.idle?.())?.ready, false);
    const second = await (await start('2.0-1')).exit;
    assert.equal(second.code, 2);
    assert.equal(knownDpkg(second.output)?.class, 'busy');
    assert.match(second.output, new RegExp(`process with pid ${first.identity.pid}\n`));
    let stirred = 0;
    installers.watch?.(() => {
      stirred += 1;
    });
    assert.equal((await first.exit).code, 0);
    assert.equal(stirred, 1);
    assert.deepEqual(await installers.idle?.(), { ready: true });
    const third = await start('2.0-1');
    await machine.ports('test').clock.sleep(300);
    await third.kill();
    assert.deepEqual(await installers.idle?.(), { ready: true });
    assert.deepEqual(await installers.dpkg('anvil'), { installed: false });
  });
});

test('what is no package, and what is not there, is refused, and the rest is done', async () => {
  const machine = newMachine();
  put(machine, '/debs/broken.deb', Buffer.from('!<arch>\n'));
  const { code, output } = await simulated(machine, [
    '-i',
    'broken.deb',
    'missing.deb',
    debName('tongs', '1.0'),
  ]);
  assert.equal(code, 1);
  assert.match(output, /error processing archive missing\.deb .*\n cannot access archive: No such file/);
  assert.match(output, /Errors were encountered while processing:\n broken\.deb\n missing\.deb\n$/);
  assert.deepEqual(await queried(machine), ['tongs 1.0 install ok installed']);
  assert.equal((await simulated(machine, ['--configure', 'nothing'])).code, 1);
  assert.equal((await simulated(machine, ['--help'])).code, 2);
});
