/** What the forms make of what was typed: checked against the contract's schemas, without a browser. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClientUpgradeCreate, type DetectionRule, ProgramDefinition } from '@holdfast/contract/web';
import { Value } from 'typebox/value';
import { emptyOrder, orderErrors, orderOf, timeBounds } from '../src/clients/versions/draft.ts';
import { branchesOf } from '../src/installers/branches.ts';
import { lookOf } from '../src/installers/look.ts';
import { strengthOf } from '../src/session/strength.ts';
import { emptyGate, gateErrors } from '../src/software/gate-draft.ts';
import {
  draftOf,
  emptyRule,
  mainInstaller,
  programOf,
  ruleErrors,
  suggestProgram,
} from '../src/software/program-draft.ts';
import { mockDescription } from './mock-installer.ts';

describe('the forms of the console', () => {
  test('a .deb suggests a whole program that the contract accepts', () => {
    const program = programOf(suggestProgram(['tools/greeter_1.2_amd64.deb']));
    assert.ok(Value.Check(ProgramDefinition, program));
    assert.equal(
      program.install,
      'dpkg --root={root} --force-not-root -i "{content}/tools/greeter_1.2_amd64.deb"',
    );
    assert.deepEqual(program.detection, [{ kind: 'package', manager: 'dpkg', name: 'greeter' }]);
  });

  test('a program that the site derived from an .msi comes out of the form as it went in', () => {
    const { software } = mockDescription('putty.msi');
    assert.ok(software);
    assert.deepEqual(programOf(draftOf(software.program)), software.program);
    const [rule] = draftOf(software.program).rules;
    assert.ok(rule);
    assert.deepEqual(Object.keys(ruleErrors({ ...rule, productVersion: '1.x' })), ['productVersion']);
  });

  test('rules of every kind come out of the form as they went in', () => {
    const detection: DetectionRule[] = [
      { kind: 'file', path: 'C:\\a.exe', minimumVersion: '1.2', sha256: 'a'.repeat(64) },
      { kind: 'registry', hive: 'HKCU', key: 'Software\\A', name: '', value: '1', view: '32' },
      { kind: 'package', manager: 'dpkg', name: 'greeter', version: '1.2' },
    ];
    const exitCodes = [{ code: 1638, meaning: 'success' as const }];
    const program = { ...programOf({ ...suggestProgram([]), install: 'greet' }), detection, exitCodes };
    assert.deepEqual(programOf(draftOf(program)), program);
  });

  test('gates of every kind come out of the form as the contract wants them', () => {
    const whole = [
      emptyGate('maintenance-window'),
      emptyGate('installer-idle'),
      emptyGate('protection-ready'),
      { ...emptyGate('service-answering'), service: 'winmgmt' },
      { ...emptyGate('boot-settled'), uptime: 300 },
      { ...emptyGate('disk-free'), megabytes: 10 },
      { ...emptyGate('no-pending-reboot'), paths: 'C:\\Tool\n\n C:\\Other ' },
      emptyGate('no-remote-session'),
      { ...emptyGate('power'), battery: 50 },
      { ...emptyGate('network'), unmetered: true },
    ];
    assert.deepEqual(
      whole.map(gateErrors),
      whole.map(() => ({})),
    );
    const program = programOf({ ...suggestProgram(['a.deb']), gates: whole });
    assert.ok(Value.Check(ProgramDefinition, program));
    assert.deepEqual(program.gates?.[0], {
      kind: 'maintenance-window',
      name: 'maintenance-window',
      windows: [{ days: [0, 6], startMinute: 22 * 60, minutes: 240 }],
    });
    assert.deepEqual(program.gates?.[6], {
      kind: 'no-pending-reboot',
      name: 'no-pending-reboot',
      paths: ['C:\\Tool', 'C:\\Other'],
    });
    assert.deepEqual(programOf(draftOf(program)), program);
  });

  test('a gate names what it lacks', () => {
    const lacking = { ...emptyGate('maintenance-window'), days: [], start: '25:00', hours: '' };
    assert.deepEqual(Object.keys(gateErrors(lacking)), ['days', 'start', 'hours']);
    assert.deepEqual(Object.keys(gateErrors(emptyGate('service-answering'))), ['service']);
    assert.deepEqual(Object.keys(gateErrors(emptyGate('no-pending-reboot'))), ['paths']);
  });

  test('the .msi that lies highest in a package is the one that it is made for', () => {
    assert.equal(mainInstaller(['a/b/first.msi', 'z/second.MSI', 'z/third.msi', 'readme']), 'z/second.MSI');
    assert.equal(mainInstaller(['setup.exe']), undefined);
  });

  test('features stand below their parents, and count what is below them', () => {
    const [main, desktop] = branchesOf(mockDescription('putty.msi').features);
    assert.deepEqual([main?.feature.id, desktop?.feature.id], ['Main', 'Desktop']);
    assert.equal(main?.bytes, 2_100_000 + 8 * 90_000);
    assert.equal(main?.children[0]?.children[0]?.feature.id, 'Deep1');
  });

  test('only what an address may say of a look inside a package counts', () => {
    assert.deepEqual(lookOf({ part: 'tables', table: 'File', feature: 'Main' }), {
      part: 'tables',
      table: 'File',
    });
    assert.deepEqual(lookOf({ part: 'nonsense', installer: 7, table: 'File' }), {});
  });

  test('every kind of rule names what is missing, and is accepted once it is there', () => {
    const whole = {
      file: { ...emptyRule('file'), path: '/opt/greeter/greet', minimumVersion: '1.2' },
      registry: { ...emptyRule('registry'), registryKey: 'SOFTWARE\\Greeter', valueName: 'Version' },
      package: { ...emptyRule('package'), packageName: 'greeter', packageVersion: '1.2' },
      msi: { ...emptyRule('msi'), productCode: '{1F8E7C3A-0B5D-4D2C-9E6F-2A4B6C8D0E1F}' },
    };
    for (const rule of Object.values(whole)) {
      assert.notDeepEqual(ruleErrors(emptyRule(rule.kind)), {}, rule.kind);
      assert.deepEqual(ruleErrors(rule), {}, rule.kind);
    }
    const draft = { ...suggestProgram([]), install: 'greet', rules: Object.values(whole) };
    assert.ok(Value.Check(ProgramDefinition, programOf(draft)));
  });

  test('a command that the field has wrapped becomes one line', () => {
    const draft = { ...suggestProgram(['a_1_all.deb']), install: ' dpkg  --install\n  "{content}/a.deb"\n' };
    assert.equal(programOf(draft).install, 'dpkg  --install "{content}/a.deb"');
  });

  test('a password counts as strong by its length and variety, never below the least length', () => {
    assert.equal(strengthOf('Abc1!').color, 'red');
    assert.equal(strengthOf('aaaaaaaaaaaaaaaa').color, 'orange');
    assert.equal(strengthOf('Correct horse battery staple 7').color, 'teal');
  });

  test('an order of a version says what was typed and nothing of what was left empty', () => {
    const version = '1.2.3';
    const collectionId = '00000000-0000-4000-8000-000000000001';
    const least = { ...emptyOrder('rollback'), version, collectionId };
    assert.deepEqual(orderOf(least), { action: 'rollback', version, collectionId });
    assert.equal(orderOf({ ...least, version: null }), undefined);
    const whole = orderOf({
      ...least,
      rings: '1%, 10 , 12.5 %, all',
      failures: '5 %',
      silence: '3',
      settleMinutes: 0,
      leaseMinutes: 90,
      spreadMinutes: 5,
      trialMinutes: 2,
    });
    assert.deepEqual(whole, {
      action: 'rollback',
      version,
      collectionId,
      rings: [{ percent: 1 }, { count: 10 }, { percent: 12.5 }, { rest: true }],
      failures: { percent: 5 },
      silence: { count: 3 },
      settleSeconds: 0,
      leaseSeconds: 5_400,
      spreadSeconds: 300,
      trialSeconds: 120,
    });
    assert.ok(Value.Check(ClientUpgradeCreate, whole));
  });

  test('what is wrong in an order is said of its field, and its bounds are those of the contract', () => {
    const wrong = orderErrors({
      ...emptyOrder('upgrade'),
      rings: '1 %,,2',
      failures: '0',
      silence: '101 %',
      spreadMinutes: 1.5,
      leaseMinutes: 0,
    });
    const named = Object.entries(wrong).flatMap(([field, error]) => (error === null ? [] : [field]));
    assert.deepEqual(named.toSorted(), [
      'collectionId',
      'failures',
      'leaseMinutes',
      'rings',
      'silence',
      'spreadMinutes',
      'version',
    ]);
    const least = {
      action: 'upgrade',
      version: '1.2.3',
      collectionId: '00000000-0000-4000-8000-000000000001',
    };
    for (const [field, { min, max }] of Object.entries(timeBounds)) {
      const check = (minutes: number) =>
        Value.Check(ClientUpgradeCreate, { ...least, [field.replace('Minutes', 'Seconds')]: minutes * 60 });
      assert.deepEqual([min - 1, min, max, max + 1].map(check), [false, true, true, false], field);
    }
  });
});
