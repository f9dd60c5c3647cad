/** kill -9 of the bootstrap, and of a client that becomes another version, at the calls of the kernel that change something: a few here, all of them by `npm run kills`. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { temporaryFolder } from '../support/folders.ts';
import { missingOnThisMachine, onlyInFull } from '../support/needs.ts';
import { killEverywhere } from './kills/kills.ts';
import { isRepair, missingFor, openSubject, type Subject, type setupFlows } from './kills/subject.ts';
import type { UpgradeFlow } from './kills/upgrade-subject.ts';

const folder = temporaryFolder();
const skip = missingOnThisMachine('strace');
let subject: Subject;

before(async () => {
  if (skip === false) subject = await openSubject(folder.path);
});
after(async () => {
  if (skip === false) await subject.close();
  folder.remove();
});

const titles: Readonly<Record<(typeof setupFlows)[number], string>> = {
  install: 'kill -9 at system calls of an installation leaves one verified client',
  repair: 'kill -9 at system calls of a repair leaves one verified client',
  deb: 'kill -9 at system calls of an installation by dpkg, its children among them, leaves one verified client',
  'deb-repair':
    'kill -9 at system calls of a repair by dpkg, its children among them, leaves one verified client',
};

for (const [flow, title] of Object.entries(titles) as [keyof typeof titles, string][]) {
  test(title, { skip: missingFor(flow) }, async () => {
    if (isRepair(flow)) await subject.prepare(flow, 'first');
    const before = await subject.clients();
    const report = await killEverywhere(subject, flow, { every: 120, jobs: 3 });
    assert.deepEqual(report.broken, []);
    assert.ok(report.hit >= report.aimedAt * 0.7, `not hit: ${report.missed.join('; ')}`);
    // An installation that was killed in the midst of its enrolment is the same client afterwards.
    assert.equal(await subject.clients(), before + (isRepair(flow) ? 0 : 1 + report.runs));
  });
}

const upgradeTitles: Readonly<Record<UpgradeFlow, string>> = {
  revert: 'kill -9 at system calls of the way back from a sick version leaves the client that it was',
  upgrade: 'kill -9 at system calls of an upgrade leaves the new version, blessed',
  rollback: 'kill -9 at system calls of a rollback leaves the lower version, blessed',
};

for (const [flow, title] of Object.entries(upgradeTitles) as [UpgradeFlow, string][]) {
  // Half a minute each: a blessing takes two check-ins.
  const long = flow === 'revert' ? false : onlyInFull();
  test(title, { skip: missingFor(flow) || long }, async () => {
    const before = await subject.clients();
    const every = Math.min(80, 10 * Number(process.env.HOLDFAST_EVERY ?? 8));
    const report = await killEverywhere(subject, flow, { every, jobs: 3 });
    assert.deepEqual(report.broken, []);
    assert.ok(report.hit >= report.aimedAt * 0.7, `not hit: ${report.missed.join('; ')}`);
    assert.equal(await subject.clients(), before + 1 + report.runs);
  });
}
