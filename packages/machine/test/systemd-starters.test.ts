/** What starts the client keeps its contract under a real systemd, in a container over this machine's /usr. */
import { test } from 'node:test';
import { containerMissing, testInContainer } from './container.ts';

const skip = containerMissing() ?? false;

test('starters keep their contract under systemd', { skip }, async (context) => {
  await testInContainer(context, {
    main: 'systemd-starters-inner.ts',
    writable: ['/usr/lib/systemd/system'],
  });
});
