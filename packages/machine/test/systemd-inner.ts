/** The contracts of what systemd and logind tell: for the run inside a container that they started. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootContract, servicesContract, sessionsContract, until } from '@holdfast/ports/suites';
import { linuxMachine } from '../src/linux/index.ts';

const machine = linuxMachine();
const { services, sessions, boot, clock } = machine;
const cleanup = async () => undefined;

test('systemd runs here', () => assert.ok(services && boot.settled));
bootContract(async () => ({ boot, cleanup }));

if (services && sessions) {
  servicesContract(async () => ({
    services,
    clock,
    service: 'holdfast-quick',
    slowService: 'holdfast-slow',
    brokenService: 'holdfast-broken.service',
    cleanup,
  }));
  sessionsContract(async () => ({
    sessions,
    clock,
    async arrive() {
      // A service that goes through the same door (PAM service) as a login by ssh.
      const count = async () => (await sessions.remote()).length;
      const before = await count();
      await services.start('holdfast-login');
      await until(clock, async () => (await count()) > before, 'logged in');
      return {
        session: { kind: 'ssh', user: 'root' },
        async leave() {
          await services.stop('holdfast-login');
          await until(clock, async () => (await count()) === before, 'logged out');
        },
      };
    },
    cleanup,
  }));
}
