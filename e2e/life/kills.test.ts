/** kill -9 of the bootstrap at the calls of the kernel that change something: a few here, all of them by `npm run kills`. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { temporaryFolder } from '../support/folders.ts';
import { missingOnThisMachine } from '../support/needs.ts';
import { killEverywhere } from './kills/kills.ts';
import { openSubject, type Subject } from './kills/subject.ts';

const skip = missingOnThisMachine('strace');
const folder = temporaryFolder();
let subject: Subject;

before(async () => {
  if (skip === false) subject = await openSubject(folder.path);
});
after(async () => {
  if (skip === false) await subject.close();
  folder.remove();
});

for (const flow of ['install', 'repair'] as const) {
  test(`kill -9 at system calls of ${flow} leaves one verified client`, { skip }, async () => {
    const before = await subject.clients();
    const report = await killEverywhere(subject, flow, { every: 37, jobs: 2 });
    assert.deepEqual(report.broken, []);
    assert.ok(report.hit >= report.aimedAt * 0.8, `${report.hit} of ${report.aimedAt} were hit`);
    // An installation that was killed in the midst of its enrolment is the same client afterwards.
    if (flow === 'install') assert.equal(await subject.clients(), before + 1 + report.runs);
    else assert.equal(await subject.clients(), before);
  });
}
