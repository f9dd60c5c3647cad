/** What Windows keeps of a scheduled task is compared with its definition by what matters. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientRescueTask } from '../src/windows/client-definitions.ts';
import { compareTask, taskLeaves, taskXml } from '../src/windows/task-xml.ts';

const task = clientRescueTask('C:\\Program Files\\Holdfast & Söhne\\Client');
const xml = taskXml(task, true);
const differences = (text: string) => compareTask(text, task, 'all').differences;

test('a task as it was written is as defined, also where the system added to it and left out what is usual', () => {
  assert.deepEqual(compareTask(xml, task, 'all'), { differences: [], enabled: true });
  const kept = xml
    .replace('<RegistrationInfo>', '<RegistrationInfo><URI>\\Holdfast\\Rescue</URI>')
    .replace('<Principal>', '<Principal id="Author">')
    .replace(
      '<Interval>PT1H</Interval>',
      '<Interval>PT1H</Interval><StopAtDurationEnd>false</StopAtDurationEnd>',
    )
    .replace(
      '<MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>',
      '<IdleSettings><StopOnIdleEnd>true</StopOnIdleEnd></IdleSettings>',
    )
    .replace('<AllowHardTerminate>true</AllowHardTerminate>', '<Hidden/>')
    .replace('Söhne', 'S\ufffdhne')
    .replaceAll("'", '&apos;');
  assert.deepEqual(compareTask(kept, task, 'all'), { differences: [], enabled: true });
});

test('a changed command, account, trigger or setting is seen, and so is one more action', () => {
  assert.deepEqual(differences(xml.replace('holdfast-rescue.cmd', 'other.cmd')), [
    'its Actions Exec Command is not as defined',
  ]);
  assert.match(differences(xml.replace('S-1-5-18', 'S-1-5-19')).join(), /UserId/);
  assert.match(differences(xml.replace('PT5M', 'PT5H')).join(), /BootTrigger Delay/);
  assert.match(differences(xml.replace('EventID=1', 'EventID=2')).join(), /Subscription/);
  assert.match(
    differences(xml.replace('<Enabled>true</Enabled>', '<Enabled>false</Enabled>')).join(),
    /BootTrigger/,
  );
  assert.match(differences(xml.replace(/<TimeTrigger>[\s\S]*<\/TimeTrigger>/, '')).join(), /TimeTrigger/);
  assert.match(
    differences(xml.replace(/<StopIfGoing.*\r\n/, '<StopIfGoingOnBatteries/>')).join(),
    /Batteries/,
  );
  const twice = xml.replace('</Actions>', '<Exec><Command>C:\\evil.cmd</Command></Exec></Actions>');
  assert.match(differences(twice).join(), /Command/);
});

test('a disabled task is as defined, and not enabled', () => {
  assert.deepEqual(compareTask(taskXml(task, false), task, 'all'), { differences: [], enabled: false });
});

test('where only the settings are kept, only these are compared', () => {
  const settings = xml
    .replace(/<Triggers>[\s\S]*<\/Triggers>/, '<Triggers/>')
    .replace(/<Actions>[\s\S]*<\/Actions>/, '');
  assert.deepEqual(compareTask(settings, task, 'settings').differences, []);
  assert.match(
    compareTask(
      settings.replace('<ExecutionTimeLimit>PT1H', '<ExecutionTimeLimit>PT1M'),
      task,
      'settings',
    ).differences.join(),
    /Time/,
  );
});

test('whatever stands in the place of a task is read without harm', () => {
  for (const text of [
    '',
    '<',
    '<Task',
    '</Task></Task>',
    '<Task>'.repeat(2000),
    '<a b="<c>">&#x110000;&bogus;',
    '\0',
  ]) {
    assert.ok(Array.isArray(taskLeaves(text)));
    assert.ok(differences(text).length > 0);
  }
});
