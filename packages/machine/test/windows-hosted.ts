/** A service of Windows that the host answers for, deaf while a file is there: for the run inside Wine. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { windowsServiceHost } from '../src/windows/service-host.ts';

const [flag = ''] = process.argv.slice(2);
const host = await windowsServiceHost();
if (host === undefined) throw new Error('no service manager has started this');

setInterval(() => {
  if (!existsSync(flag)) return;
  writeFileSync(`${flag}.seen`, '');
  // Whoever asks it now waits for this thread.
  const nothing = new Int32Array(new SharedArrayBuffer(4));
  while (existsSync(flag)) Atomics.wait(nothing, 0, 0, 50);
  rmSync(`${flag}.seen`);
}, 50);

host.stopped.addEventListener('abort', () => void host.end(0).then(() => process.exit()));
