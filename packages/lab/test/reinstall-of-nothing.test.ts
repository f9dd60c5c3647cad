/** Scenario reinstall-of-nothing: REINSTALL=ALL over a package with a new product code. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reinstallOfNothing } from '../src/scenarios/reinstall-of-nothing/scenario.ts';
import { onlyHoldfastKeepsAll, seedTellsAll, timelineWith } from './support/stories.ts';

test('holdfast brings the new version to every machine; the others do not', async () => {
  await onlyHoldfastKeepsAll(reinstallOfNothing, 60);
});

test('a seed gives the same world to every profile, and the same trace to the same profile', async () => {
  await seedTellsAll(reinstallOfNothing, 1);
});

test('the site refuses the line with the explanation, and the line that it leads to installs', async () => {
  const told = await timelineWith(
    reinstallOfNothing,
    'holdfast',
    /refused: The package has the new product code/,
  );
  assert.match(told, /A repair reaches only the product that the package is of: install it instead/);
  assert.match(
    told,
    /changes the line to msiexec \/i ledger\.msi \/qn\n[\s\S]*Ledger 1\.1\.0 is there after one run$/,
  );
});

test('a line that is right for this machine is let through with a warning', async () => {
  const told = await timelineWith(reinstallOfNothing, 'holdfast', /^warned: /);
  assert.match(
    told,
    /with the same product code[\s\S]*REINSTALL=ALL REINSTALLMODE=vomus[\s\S]*after one run$/,
  );
});

test('the careless server sends it for ever, and each time it ends with 0', async () => {
  const told = await timelineWith(
    reinstallOfNothing,
    'careless',
    /LOST: the line ran \d+ times and changed nothing/,
  );
  assert.ok((told.match(/REINSTALL=ALL REINSTALLMODE=vomus: ended with 0/g)?.length ?? 0) > 5);
});

test('where the new package removes the older product, the careless server takes away what was there', async () => {
  const told = await timelineWith(reinstallOfNothing, 'careless', /LOST: Ledger 1\.0\.0 was taken away/);
  assert.match(told, /ended with 0[\s\S]*there is no Ledger any more/);
});

test('without the check the engine tries once more and holds: it is no loop', async () => {
  const told = await timelineWith(reinstallOfNothing, 'holdfast-unforeseen', /held: install was applied/);
  assert.equal(told.match(/install begins/g)?.length, 2);
});
