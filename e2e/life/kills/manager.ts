/** Stands for the service manager of a machine whose client is killed: it starts a program anew whenever that has ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds after which what has ended is started again: systemd waits for ten seconds, and learns nothing by it. */
const pauseMs = 200;

const [program = '', ...words] = process.argv.slice(2);
let running: ChildProcess | undefined;
let over = false;

process.on('SIGTERM', () => {
  over = true;
  running?.kill('SIGTERM');
});
// What `systemctl restart` asks for here.
process.on('SIGUSR2', () => running?.kill('SIGTERM'));

while (!over) {
  // Whoever watches it gets ready for this start.
  writeSync(1, 'starts\n');
  readSync(0, Buffer.alloc(1));
  // It ends with this one, whatever ends this one.
  running = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code, signal] = await once(running, 'exit');
  writeSync(1, `ended ${signal ?? code}\n`);
  if (!over) await sleep(pauseMs);
}
