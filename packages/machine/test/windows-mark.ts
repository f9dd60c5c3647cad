/** A client that starts a program under a mark and is killed, or one of a later life that finds it and ends it: for the run inside Wine. */
import { tmpdir } from 'node:os';
import { windowsProcesses } from '../src/windows/processes.ts';

const [life, mark = ''] = process.argv.slice(2);
const processes = windowsProcesses();

if (life === 'killed') {
  const source = 'setInterval(() => {}, 1000000)';
  const program = { program: process.execPath, arguments: ['-e', source], folder: tmpdir(), mark };
  const { identity } = await processes.start(program);
  process.stdout.write(JSON.stringify(identity), () => process.kill(process.pid, 'SIGKILL'));
} else {
  const found = await processes.find(mark);
  process.stdout.write(JSON.stringify(found ?? null));
  if (found) await processes.end({ identity: found, mark });
}
