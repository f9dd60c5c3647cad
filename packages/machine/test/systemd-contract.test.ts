/** Services, the boot and sessions keep their contracts under a real systemd, in a container over this machine's /usr. */
import { test } from 'node:test';
import { containerMissing, serviceUnit, testInContainer } from './container.ts';

const skip = containerMissing() ?? false;
const pam = 'auth required pam_permit.so\naccount required pam_permit.so\nsession required pam_systemd.so\n';

test('the contracts hold under systemd', { skip }, async (context) => {
  await testInContainer(context, {
    main: 'systemd-inner.ts',
    units: {
      'holdfast-quick.service': serviceUnit('ExecStart=/bin/sleep infinity'),
      'holdfast-slow.service': serviceUnit('ExecStartPre=/bin/sleep 1', 'ExecStart=/bin/sleep infinity'),
      'holdfast-broken.service': serviceUnit('Type=oneshot', 'ExecStart=/bin/false'),
      'holdfast-login.service': serviceUnit('User=root', 'PAMName=sshd', 'ExecStart=/bin/sleep infinity'),
    },
    folders: { '/etc/pam.d': { sshd: pam } },
  });
});
