/** The house rules, each run over all sources, and each shown to bite on a line that breaks it. */
import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { circles, determinism, importOrder, packageOrder, readable } from './rules.ts';
import { projectFolder, shippedSources } from './source.ts';

/** Files outside the adapters that may touch one thing of the outside, with the reason. */
const determinismExceptions: Readonly<Record<string, string>> = {
  'packages/lab/src/world/turn.ts': 'the virtual clock lets the event loop turn once between its own steps',
};

const sources = shippedSources();
const file = (path: string, ...lines: string[]) => [{ path, text: lines.join('\n') }];

test('packages import only from those before them', () => {
  assert.deepEqual(importOrder(sources), []);
});

test('no file leads back to itself by its imports', () => {
  assert.deepEqual(circles(sources), []);
});

test('only adapters touch clock, chance, disk, network and processes', () => {
  assert.deepEqual(determinism(sources, determinismExceptions), []);
});

test('every exception of the determinism rule names a file that is there', () => {
  const paths = new Set(sources.map((source) => source.path));
  assert.deepEqual(
    Object.keys(determinismExceptions).filter((path) => !paths.has(path)),
    [],
  );
});

test('every file says its purpose first and reads in one sitting', () => {
  assert.deepEqual(readable(sources), []);
});

test('every package stands in the import order and has a README', () => {
  const packages = globSync('packages/*', { cwd: projectFolder }).map((path) => path.replace(/^.*[\\/]/, ''));
  assert.deepEqual(
    packages.filter((name) => !packageOrder.some((known) => known === name)),
    [],
  );
  assert.deepEqual(
    packages.filter((name) => !existsSync(join(projectFolder, 'packages', name, 'README.md'))),
    [],
  );
});

test('an import against the arrows is named with its line', () => {
  assert.match(
    importOrder(file('packages/engine/src/a.ts', '', "import { x } from '@holdfast/site';"))[0] ?? '',
    /a\.ts:2: engine may not import site/,
  );
  assert.match(
    importOrder(file('packages/engine/src/a.ts', "import { x } from '../../site/src/x.ts';"))[0] ?? '',
    /leaves the package/,
  );
  assert.deepEqual(importOrder(file('packages/engine/src/b/a.ts', "import { x } from '../x.ts';")), []);
});

test('a circle of files is named once, with the line that closes it', () => {
  const files = [
    ...file('packages/lab/src/a.ts', "import { b } from './b/b.ts';"),
    ...file('packages/lab/src/b/b.ts', '', "import type { C } from '../c.ts';"),
    ...file('packages/lab/src/c.ts', "const a = await import('./a.ts');"),
    ...file('packages/lab/src/d.ts', "import { a } from './a.ts';", "import { c } from './c.ts';"),
  ];
  assert.deepEqual(circles(files), ['packages/lab/src/c.ts:1: a circle: a.ts -> b.ts -> c.ts -> a.ts']);
});

test('clock, chance, disk and processes are named with their line', () => {
  const offend = (line: string) => determinism(file('packages/client/src/a.ts', '/** x */', line));
  for (const line of [
    'const t = Date.now();',
    'const t = new Date();',
    'const t = performance.now();',
    'const n = Math.random();',
    "import { randomBytes } from 'node:crypto';",
    'await new Promise((r) => setTimeout(r, 5));',
    'const home = process.env.HOME;',
    "import { readFile } from 'node:fs/promises';",
    "import { spawn } from 'node:child_process';",
    'await fetch(url);',
    'const text = `${Date.now()}`;',
  ]) {
    assert.match(offend(line)[0] ?? '', /a\.ts:2: /, line);
  }
  for (const line of [
    '// Date.now() is banned',
    "const text = 'Date.now()';",
    'clock.setTimeout(1);',
    'const t = new Date(at);',
  ]) {
    assert.deepEqual(offend(line), [], line);
  }
});

test('a file without purpose, or too long, is named', () => {
  assert.equal(readable(file('packages/client/src/a.ts', 'export {};')).length, 1);
  assert.equal(readable(file('packages/client/src/a.ts', '/** x */', ...Array(400).fill(''))).length, 1);
});
