/** A client process that ends itself by SIGKILL at the chosen port call; otherwise it works until SIGTERM. */
import { openClient } from '@holdfast/client';
import { linuxMachine, prepareDpkgRoot } from '@holdfast/machine';
import { countCalls } from '../support/crash-ports.ts';

/** What the test asks of this process: one line of JSON as its first argument. */
export type Orders = {
  readonly folder: string;
  readonly root: string;
  readonly site: string;
  readonly token: string;
  readonly crashAt: number;
};

const orders = JSON.parse(process.argv[2] ?? '{}') as Orders;
const machine = linuxMachine({ dpkgRoot: orders.root });
await prepareDpkgRoot(orders.root);
const calls = countCalls(orders.crashAt);
const client = await openClient(calls.wrap(machine), {
  folder: orders.folder,
  root: orders.root,
  site: orders.site,
  version: '0.1.0',
  log: (event) => console.log(JSON.stringify({ ...event, calls: calls.count() })),
});
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
if (client.status().clientId === null) await client.enrol(orders.token);
await client.run(stop.signal);
await client.close();
await machine.close();
console.log(JSON.stringify({ calls: calls.count() }));
