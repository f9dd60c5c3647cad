/** What the forms make of what was typed: checked against the contract's schemas, without a browser. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ProgramDefinition } from '@holdfast/contract/web';
import { Value } from 'typebox/value';
import { strengthOf } from '../src/session/strength.ts';
import { emptyRule, programOf, ruleErrors, suggestProgram } from '../src/software/program-draft.ts';

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

  test('an .msi suggests the published repair line, and asks for the product code', () => {
    const draft = suggestProgram(['putty-0.68-installer.msi']);
    assert.match(draft.repair, /REINSTALLMODE=vmeus REINSTALL=ALL$/);
    const [rule] = draft.rules;
    assert.ok(rule);
    assert.deepEqual(Object.keys(ruleErrors(rule)), ['productCode']);
    const known = { ...rule, productCode: '{1F8E7C3A-0B5D-4D2C-9E6F-2A4B6C8D0E1F}' };
    assert.deepEqual(ruleErrors(known), {});
    assert.ok(Value.Check(ProgramDefinition, programOf({ ...draft, rules: [known] })));
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
});
