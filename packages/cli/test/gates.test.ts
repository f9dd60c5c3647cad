/** Gates as words on the command line. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GateDefinition, gateWords } from '@holdfast/contract';
import { gate, gateExamples } from '../src/software/gates.ts';

test('every kind of gate has its words, and a clause that says what it waits for', () => {
  const gates = gateExamples.map(gate);
  const kinds = GateDefinition.anyOf.map(({ properties }) => properties.kind.const);
  assert.deepEqual(new Set(gates.map(({ kind }) => kind)), new Set(kinds));
  assert.deepEqual(gates.map(gateWords), [
    'no other installation runs',
    "the system's file protection serves requests",
    'the service winmgmt answers',
    'the machine has started all that it starts with and is up for 300 s',
    '524288000 bytes are free',
    'no replacement of C:\\Program Files\\Tool waits for a restart',
    'nobody works on the machine from afar',
    'the machine runs on mains or has 50 % of battery left',
    'there is a network that is not paid by volume',
    'it is Sunday and Saturday from 22:00 for 4 h (UTC)',
  ]);
});

test('what needs no value does without, and a service gives its gate a name', () => {
  assert.deepEqual(gate('power'), { kind: 'power', name: 'power' });
  assert.deepEqual(gate('boot-settled'), { kind: 'boot-settled', name: 'boot-settled' });
  assert.equal(gate('service-answering=SMS Agent Host').name, 'service-sms-agent-host');
});

test('windows are several, and minutes as well as hours', () => {
  const several = gate('maintenance-window=mon@03:30+90m;fri@00:00+24h');
  assert.deepEqual(several.kind === 'maintenance-window' && several.windows, [
    { days: [1], startMinute: 210, minutes: 90 },
    { days: [5], startMinute: 0, minutes: 1440 },
  ]);
});

const wrong = [
  'idle',
  'installer-idle=yes',
  'service-answering',
  'service-answering=',
  'boot-settled=soon',
  'disk-free',
  'disk-free=-1',
  'disk-free=5T',
  'no-pending-reboot=',
  'power=0',
  'power=101',
  'network=cheap',
  'maintenance-window=sat',
  'maintenance-window=someday@22:00+4h',
  'maintenance-window=sat@24:00+4h',
  'maintenance-window=sat@22:00+25h',
];
for (const words of wrong) {
  test(`${words} is refused with what would be right`, () => {
    assert.throws(() => gate(words), {
      code: 'request.invalid',
      message: /maintenance-window=sat,sun@22:00\+4h/,
    });
  });
}
