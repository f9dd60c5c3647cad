/** Hundreds of packages, installed, repaired, upgraded and removed by a real msiexec and by ours: the same is there. */
import assert from 'node:assert/strict';
import { basename, join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { wineAvailable } from '@holdfast/machine/wine';
import { packages as corpus } from '../../packages/msi/test/support/corpus.ts';
import { temporaryFolder } from '../support/folders.ts';
import { madeSubject, realSubject, type Subject } from './build.ts';
import { type Difference, wineBreaks } from './compare.ts';
import { flows } from './flows.ts';
import { differences as normalised } from './normalise.ts';
import { openSession } from './session.ts';

const full = process.env.HOLDFAST_FULL === '1';
/** Generated packages in one prefix, and prefixes. */
const each = full ? 25 : 6;
const sessions = full ? 8 : 1;
/** Real ones, beside those of the first prefix. */
const real = ['putty-0.68-installer.msi', 'NUnit-2.5.2.9222.msi'];

const skip = wineAvailable() ?? false;
const folder = temporaryFolder();
after(() => folder.remove());

const told = ({ part, name, wine, own }: Difference): string =>
  `${part} ${name}\n  Wine ${wine?.slice(0, 300)}\n  ours ${own?.slice(0, 300)}`;

/** Takes the subjects through all flows, and says what was compared. */
async function compareAll(
  test: TestContext,
  name: string,
  layDown: (driveC: string) => Promise<readonly Subject[]>,
): Promise<void> {
  await using session = await openSession(join(folder.path, name), layDown);
  for (const flow of flows) {
    const { compared, differences, excused, exits, calls, succeeded, damaged } = await session.run(flow);
    assert.deepEqual(exits, [], flow.name);
    assert.ok(succeeded > 0.9 * calls, `${flow.name}: only ${succeeded} of ${calls} calls succeed`);
    assert.deepEqual(
      differences.slice(0, 20).map(told),
      [],
      `${flow.name}: ${differences.length} differences`,
    );
    const listed = [...excused].map(([which, count]) => `${count} ${which}`).join(', ') || 'none';
    test.diagnostic(
      `${flow.name}: ${calls} calls, ${damaged} damaged, ${compared} files and values compared; listed differences: ${listed}`,
    );
  }
}

describe('what is there after msiexec and after ours is the same', { skip }, () => {
  for (let session = 0; session < sessions; session += 1) {
    const seeds = Array.from({ length: each }, (_, index) => 1 + session * each + index);
    const paths = session === 0 ? corpus.filter((path) => real.includes(basename(path))) : [];
    const names = [
      ...paths.map((path) => basename(path, '.msi')),
      `${each} generated packages from seed ${seeds[0]}`,
    ];
    it(names.join(', '), (test) =>
      compareAll(test, `session-${session}`, async (driveC) => {
        const subjects = paths.map((path) => realSubject(driveC, basename(path, '.msi'), path));
        for (const seed of seeds) subjects.push(await madeSubject(driveC, seed));
        return subjects;
      }),
    );
  }

  it('at most ten rules are listed that Wine breaks, each with its page', () => {
    const listed = [...normalised, ...wineBreaks];
    assert.ok(listed.length <= 10);
    for (const { because } of listed) assert.match(because, /^"/);
  });
});
