/** What starts the client on Windows, by its contract and its own ways: for the run inside Wine. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { win32 as path } from 'node:path';
import { test } from 'node:test';
import { type StarterDamage, type StartersFixture, startersContract, until } from '@holdfast/ports/suites';
import { askProgram } from '../src/shared/ask-program.ts';
import { clientRescueTask, clientService } from '../src/windows/client-definitions.ts';
import { windowsMachine } from '../src/windows/index.ts';
import { scheduledTask } from '../src/windows/scheduled-task.ts';
import { serviceRight } from '../src/windows/service-calls.ts';
import {
  compareService,
  configureService,
  type ServiceDefinition,
} from '../src/windows/service-configuration.ts';
import {
  configurationCalls,
  markForDeletion,
  readInformation,
} from '../src/windows/service-configuration-calls.ts';
import { statusOf, withService } from '../src/windows/services.ts';
import { windowsStarters } from '../src/windows/starters.ts';

const access = serviceRight.changeConfiguration | serviceRight.start | serviceRight.queryConfiguration;
/** SERVICE_DEMAND_START, SERVICE_DISABLED. */
const startTypes = { demand: 3, disabled: 4 } as const;
const failureActions = 2;

/** Bundle of `windows-hosted.ts`, and whether a service that is deaf may be waited for, which takes half a minute. */
const [script = '', deaf] = process.argv.slice(2);
/** Why what takes half a minute is left out; a service that is deaf is waited for that long. */
const skipDeaf = deaf === undefined ? 'only at full length: HOLDFAST_FULL=1' : false;
const { services, clock } = windowsMachine();
assert.ok(services);
const flag = path.join(mkdtempSync(path.join(tmpdir(), 'holdfast-starters-')), 'deaf');
const client = clientService('C:\\Holdfast Client');
const service: ServiceDefinition = {
  ...client,
  name: 'holdfast starters',
  command: `"${process.execPath}" "${script}" "${flag}"`,
};
const task = { ...clientRescueTask('C:\\Holdfast Client'), path: '\\Holdfast Contract\\Rescue' };
const starters = windowsStarters({ service, task }, clock, services);

const configured = (name: string, change: Partial<ServiceDefinition>) =>
  withService(name, access, async (one) => configureService(one, { ...service, ...change }));
const changed = (start: number, account = 'LocalSystem') =>
  withService(service.name, access, async (one) => {
    const { command, displayName } = service;
    const made = { type: 0x10, start, errors: 1, command, displayName, account, dependencies: '\0' };
    assert.ok(configurationCalls().change(one, made));
  });
const damage = (starter: StarterDamage['starter'], what: string, act: () => Promise<void>) => ({
  starter,
  what,
  act,
});
const damages: readonly StarterDamage[] = [
  damage('service', 'the service is disabled', () => changed(startTypes.disabled)),
  damage('service', 'the service is started by hand only', () => changed(startTypes.demand)),
  damage('service', 'the service has another command', () =>
    configured(service.name, { command: 'C:\\windows\\system32\\cmd.exe' }),
  ),
  damage('service', 'the service has another account', () => changed(2, 'NT AUTHORITY\\LocalService')),
  damage('second', 'the task is deleted', () => scheduledTask(task).remove()),
  damage('second', 'the task is disabled', () => scheduledTask(task).register(false)),
  damage('second', 'the task has another time limit', () =>
    scheduledTask({ ...task, timeLimit: 'PT1M' }).register(true),
  ),
];

/** Has the service answer nobody until the function that it answers is called. */
const deafen = async () => {
  const seen = (wanted: boolean) => async () => existsSync(`${flag}.seen`) === wanted;
  writeFileSync(flag, '');
  await until(clock, seen(true), 'deaf');
  return async () => {
    rmSync(flag);
    await until(clock, seen(false), 'listening again');
  };
};

const fixture = async (): Promise<StartersFixture> => ({
  starters,
  clock,
  damages,
  process: () =>
    withService(service.name, serviceRight.queryStatus, async (one) => String(statusOf(one).pid)),
  ...(deaf === undefined ? {} : { deafen }),
  cleanup: async () => {
    for (const name of ['service', 'second'] as const) await starters.remove(name);
  },
});
const reason = 'a task is armed by being enabled: one that is stopped is not enabled';
const stopped =
  'started it is active and nothing is wrong with it, stopped it is not; each may be asked for twice';
startersContract(fixture, { skip: [{ test: stopped, reason }] });

test('a service that is stopped stays enabled; a task that is stopped is disabled until it is started', async () => {
  for (const name of ['service', 'second'] as const) {
    await starters.define(name);
    await starters.start(name);
    await starters.start(name);
    assert.equal((await starters.look(name)).reason, '');
    await starters.stop(name);
    await starters.stop(name);
    const { active, enabled, asDefined, reason } = await starters.look(name);
    assert.deepEqual([active, enabled, asDefined], [false, name === 'service', true], reason);
    await starters.start(name);
    assert.equal((await starters.look(name)).active, true);
    await starters.remove(name);
  }
});

test('a service that was deleted is made anew', async () => {
  await starters.define('service');
  await withService(service.name, serviceRight.remove, async (one) => markForDeletion(one));
  assert.equal((await starters.look('service')).present, false);
  await starters.define('service');
  assert.equal((await starters.look('service')).asDefined, true);
  await starters.remove('service');
});

test('recovery actions that are others are seen and mended', async (context) => {
  await starters.define('service');
  const [kept, differences] = await withService(service.name, access, async (one) => {
    configureService(one, { ...service, restartAfterMs: [1] });
    return [readInformation(one, failureActions) !== undefined, compareService(one, service).definition];
  });
  if (!kept) context.skip('this Windows keeps no recovery actions: Wine 8 takes them and forgets them');
  else {
    assert.deepEqual(differences, ['its recovery actions are others']);
    await starters.define('service');
    assert.equal((await starters.look('service')).asDefined, true);
  }
  await starters.remove('service');
});

test('a service that does not answer a stop is ended by force', { skip: skipDeaf }, async () => {
  await starters.define('service');
  await starters.start('service');
  writeFileSync(flag, '');
  await until(clock, async () => existsSync(`${flag}.seen`), 'deaf');
  await starters.stop('service');
  assert.equal((await starters.look('service')).active, false);
  rmSync(flag);
  rmSync(`${flag}.seen`);
  await starters.remove('service');
});

test('a service whose process was killed is seen not to run, and is started again', async () => {
  await starters.define('service');
  await starters.start('service');
  const pidOf = () => withService(service.name, serviceRight.queryStatus, async (one) => statusOf(one).pid);
  const first = await pidOf();
  process.kill(first, 'SIGKILL');
  await until(clock, async () => !(await starters.look('service')).active, 'gone');
  assert.equal(await starters.answers(), false);
  await starters.start('service');
  assert.equal((await starters.look('service')).active, true);
  assert.notEqual(await pidOf(), first);
  assert.equal(await starters.answers(), true);
  await starters.remove('service');
});

test('a process that no service manager has started is told so, and runs on', async () => {
  const answer = await askProgram(process.execPath, [script, flag]);
  assert.match(answer?.error ?? '', /no service manager has started this/);
});
