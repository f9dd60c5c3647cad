/** Files of a Windows straight on the simulated disk, side by side with the installer's own over the disk port. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import { type HostFiles, initRoot, openHost } from '@holdfast/msi';
import type { Volume } from '../src/disk/volume.ts';
import { simulatedMachine } from '../src/machine/machine.ts';
import { makeFolder } from '../src/windows/files.ts';
import { volumeFiles } from '../src/windows/volume-files.ts';
import { virtualClock } from '../src/world/clock.ts';
import { type Random, randomFrom } from '../src/world/random.ts';
import { noTrace } from '../src/world/trace.ts';

type Side = { readonly files: HostFiles; readonly volume: Volume };

const rootPath = '/root';

async function side(volume: Volume, direct: boolean): Promise<Side> {
  const machine = simulatedMachine(0, { clock: virtualClock(), trace: noTrace, volume });
  const { disk, clock, entropy } = machine.ports('side');
  const identity = { pid: 1, started: '1', bootId: '1' };
  const { files: port } = await openHost(disk, rootPath, {
    clock,
    entropy,
    installer: { identity, alive: async () => false },
  });
  if (!direct) return { files: port, volume };
  const pass = <T>(effect: () => T): Promise<T> => new Promise((resolve) => resolve(effect()));
  const driveC = `${rootPath}/drive_c`;
  return { files: volumeFiles({ volume, driveC, port, openFolder: disk.open, pass }), volume };
}

async function twins(): Promise<readonly [Side, Side]> {
  const machine = simulatedMachine(0, { clock: virtualClock(), trace: noTrace });
  const ports = machine.ports('set-up');
  await initRoot(ports, rootPath, { architecture: 'x86', windows: '5.0' });
  return [await side(machine.volume.fork(), false), await side(machine.volume, true)];
}

/** What it answers, or the code that it fails with. */
async function answerOf(act: () => Promise<unknown>): Promise<unknown> {
  try {
    return (await act()) ?? 'nothing';
  } catch (thrown) {
    if (isHoldfastError(thrown)) return thrown.code;
    throw thrown;
  }
}

const names = ['a', 'A', 'b', 'Long Name.txt', 'LONGNA~1.TXT', 'con', 'x?', '..', 'file.dll', 'FILE.DLL'];

function pathFrom(random: Random): string {
  const steps = Array.from({ length: 1 + random.integer(3) }, () => random.pick(names));
  return `${random.pick(['C:', 'C:', 'C:', 'c:', 'D:'])}\\${steps.join('\\')}`;
}

async function* piecesOf(text: string): AsyncGenerator<Uint8Array> {
  if (text !== '') yield Buffer.from(text);
}

/** One operation, drawn; the same one for both sides. */
function drawn(random: Random): { readonly name: string; act(files: HostFiles): Promise<unknown> } {
  const [path, other] = [pathFrom(random), pathFrom(random)];
  const text = random.pick(['', 'one', 'two and more']);
  const size = random.chance(1, 10) ? 2 : text.length;
  const modified = random.chance(1, 2) ? 1_000_000 * random.integer(100) : undefined;
  const operations: Readonly<Record<string, (files: HostFiles) => Promise<unknown>>> = {
    [`stat ${path}`]: (files) => files.stat(path),
    [`read ${path}`]: (files) =>
      files.read(path, async (source) => Buffer.from(await source.read(0, source.size)).toString()),
    [`times ${path}`]: async (files) => (await files.times(path)) !== undefined,
    [`list ${path}`]: (files) => files.list(path),
    [`create folder ${path}`]: (files) => files.createFolder(path),
    [`remove folder ${path}`]: (files) => files.removeFolder(path),
    [`sync ${path}`]: (files) => files.sync(path),
    [`stage ${path} ${text} ${size}`]: (files) => files.stage(path, piecesOf(text), size, modified),
    [`move ${path} to ${other}`]: (files) => files.move(path, other),
    [`rename ${path} to ${other}`]: (files) => files.rename(path, other),
    [`remove ${path}`]: (files) => files.remove(path),
    [`short ${path}`]: (files) => files.shortPath(path),
  };
  const name = random.pick(Object.keys(operations));
  return { name, act: operations[name] ?? (async () => undefined) };
}

test('6,000 random operations answer the same, and leave the same behind a power cut', async () => {
  for (let seed = 0; seed < 20; seed += 1) {
    const random = randomFrom(`files ${seed}`);
    const [port, direct] = await twins();
    const done: string[] = [];
    for (let step = 0; step < 300; step += 1) {
      const { name, act } = drawn(random);
      done.push(name);
      const expected = await answerOf(() => act(port.files));
      assert.deepEqual(
        await answerOf(() => act(direct.files)),
        expected,
        `seed ${seed}: ${done.slice(-8).join('; ')}`,
      );
    }
    for (const { volume } of [port, direct]) {
      volume.powerCut({ names: 'lost', contents: 'lost' }, randomFrom('damage'));
    }
    assert.deepEqual(treeOf(direct.volume), treeOf(port.volume), `seed ${seed} after a power cut`);
  }
});

function treeOf({ root }: Volume): readonly string[] {
  const found: string[] = [];
  function walk(folder: typeof root, path: string): void {
    for (const [name, node] of folder.entries) {
      found.push(`${path}/${name} ${node.kind === 'file' ? node.content.length : node.kind}`);
      if (node.kind === 'folder') walk(node, `${path}/${name}`);
    }
  }
  walk(root, '');
  return found.sort();
}

test('a file that is held is busy, and a disk that fails fails', async () => {
  for (const { files, volume } of await twins()) {
    await makeFolder(files, 'C:\\folder');
    await files.stage('C:\\folder\\held.dll', piecesOf('one'), 3);
    await files.stage('C:\\folder\\other.dll', piecesOf('two'), 3);
    const drive = volume.root.entries.get('root');
    const top = drive?.kind === 'folder' ? drive.entries.get('drive_c') : undefined;
    const folder = top?.kind === 'folder' ? top.entries.get('folder') : undefined;
    const held = folder?.kind === 'folder' ? folder.entries.get('held.dll') : undefined;
    assert.ok(held?.kind === 'file');
    held.holders = 1;
    assert.equal(
      await answerOf(() => files.move('C:\\folder\\other.dll', 'C:\\folder\\held.dll')),
      'disk.busy',
    );
    assert.equal(await answerOf(() => files.remove('C:\\folder\\held.dll')), 'disk.busy');
    held.holders = 0;
    volume.fault = (operation) => (operation === 'sync' ? 'disk.failed' : undefined);
    assert.equal(await answerOf(() => files.stage('C:\\folder\\new.dll', piecesOf('x'), 1)), 'disk.failed');
    volume.fault = () => undefined;
    assert.equal(await files.stat('C:\\folder\\new.dll'), undefined);
  }
});
