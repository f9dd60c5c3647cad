/** A plan made by hand is cut off, or fails, at every single port call: the machine is as before or as after. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Plan, run } from '@holdfast/msi';
import { byChance, clientKilled, powerCuts } from '../src/crash/downfalls.ts';
import type { Story } from '../src/flows/installer/packages.ts';
import { freshTree, withFiles } from '../src/flows/installer/root.ts';
import { failAt } from './support/installer-failures.ts';
import { type Cuts, cutAt, cutTwice, everyCall, tell } from './support/installer-story.ts';

const text = (words: string) => Buffer.from(words).toString('base64');
const tool = 'C:\\Program Files\\Tool';

const place = (path: string, words: string) =>
  ({
    kind: 'place-file',
    path,
    bytes: { from: 'memory', base64: text(words) },
    size: words.length,
    action: 'InstallFiles',
    reason: 'by hand',
  }) as const;

const key = (name: string) => ({ hive: 'HKLM', key: `Software\\${name}`, view: '64' }) as const;

/** Something of everything: new and replaced files, removals, a file that goes and comes, keys, a service. */
const plan: Plan = {
  productCode: '{11111111-2222-3333-4444-555555555555}',
  productName: 'Hand-made',
  version: '1.0.0',
  request: { action: 'install', properties: new Map() },
  refusal: undefined,
  decisions: [],
  skipped: [],
  removes: [],
  properties: new Map(),
  restart: false,
  operations: [
    { kind: 'remove-file', path: `${tool}\\gone.txt`, action: 'RemoveFiles', reason: '' },
    { kind: 'remove-file', path: `${tool}\\again.txt`, action: 'RemoveFiles', reason: '' },
    { kind: 'remove-file', path: 'C:\\Old\\only.txt', action: 'RemoveFiles', reason: '' },
    { kind: 'remove-folder', path: 'C:\\Old', action: 'RemoveFolders', reason: '' },
    { kind: 'remove-folder', path: tool, action: 'RemoveFolders', reason: '' },
    {
      kind: 'change-registry',
      changes: [
        { kind: 'remove-key', place: key('Maker') },
        { kind: 'set', place: key('Maker\\Tool'), name: 'One', data: { kind: 'text', text: 'one' } },
      ],
      action: 'WriteRegistryValues',
      reason: '',
    },
    { kind: 'create-folder', path: `${tool}\\empty\\inside`, action: 'CreateFolders', reason: '' },
    place(`${tool}\\again.txt`, 'again'),
    place(`${tool}\\deep\\er\\new.txt`, 'new'),
    place(`${tool}\\stays.txt`, 'replaced'),
    {
      kind: 'put-service',
      configuration: {
        name: 'Tool',
        displayName: 'Tool',
        type: 16,
        start: 3,
        errorControl: 1,
        binaryPath: `${tool}\\tool.exe`,
        loadOrderGroup: '',
        dependencies: [],
        account: '',
        description: '',
      },
      action: 'InstallServices',
      reason: '',
    },
    {
      kind: 'change-registry',
      changes: [
        { kind: 'set', place: key('Maker\\Two\\Deep'), name: '', data: { kind: 'number', number: 2 } },
      ],
      action: 'PublishProduct',
      reason: '',
    },
  ],
};

const story: Story = {
  name: 'a plan of everything',
  before: withFiles(await freshTree(), {
    'Program Files/Tool/gone.txt': 'gone',
    'Program Files/Tool/again.txt': 'before',
    'Program Files/Tool/stays.txt': 'to be replaced',
    'Old/only.txt': 'only',
  }),
  act: (host, ended = () => undefined) => run(host, plan, new Map(), { progress: ended }),
};

function none({ problems, made }: Cuts): void {
  assert.deepEqual(problems.slice(0, 5), [], `${problems.length} of ${made}`);
  assert.ok(made > 50, `only ${made}`);
}

test('it does what it says when nothing disturbs it', async () => {
  const { result, after } = await tell(story);
  assert.equal(result.exitCode, 0, JSON.stringify(result));
  assert.ok(!after.some((fact) => /gone\.txt|\/Old|Config\.Msi/.test(fact)), after.join('\n'));
  assert.ok(after.some((fact) => fact.startsWith('/drive_c/Program Files/Tool/deep/er/new.txt 3 ')));
});

test('it is cut off at every call that changes the disk, in every way', async () => {
  none(await cutAt(await tell(story), [...powerCuts, clientKilled]));
});

test('it is cut off, and so is its recovery', async () => {
  const told = await tell(story);
  none(await cutTwice(told, [clientKilled, clientKilled], [5, 3]));
  none(await cutTwice(told, [byChance, clientKilled], [7, 3]));
  none(await cutTwice(told, [clientKilled, byChance], [7, 3]));
});

test('it fails at every single port call', async () => {
  none(await failAt(story, await tell(story)));
});

test('a file that is in use waits for the next start, and that too is cut off everywhere', async () => {
  const busy: Story = { ...story, held: ['/drive_c/Program Files/Tool/stays.txt'] };
  const told = await tell(busy);
  assert.equal(told.result.exitCode, 3010, JSON.stringify(told.result));
  assert.ok(told.after.some((fact) => /"PendingFileRenameOperations"=.*stays\.txt/.test(fact)));
  none(await cutAt(told, powerCuts, everyCall(2)));
  none(await failAt(busy, told, everyCall(3)));
});
