/** The client as a service: it waits until the machine is enrolled, works until it is stopped, and shows that it lives. */
import { watch } from 'node:fs';
import { beat, type Client } from '@holdfast/client';
import { holdfastVersion, isHoldfastError } from '@holdfast/contract';
import { systemdSupervisor } from '@holdfast/machine';
import type { Supervisor } from '@holdfast/ports';
import { plain } from '../terminal.ts';
import { thisMachine } from '../this-machine.ts';
import type { Session } from '../verbs/verb.ts';
import { type Orders, openOrders } from './enrolment.ts';
import { makeFolder } from './settings.ts';
import { runClient } from './verbs/run.ts';

/** Milliseconds after which a client that waits looks again, should no change of the folder tell. */
const lookAgainMs = 60_000;
/** The same where another process has the folder: it is asked nothing, so it cannot tell. */
const busyMs = 2_000;
/** Milliseconds that a folder is quiet before its change is looked at. */
const quietMs = 300;

/** Works until `session.surroundings.stopped`. @param supervisor absent where nobody watches this process */
export async function serve(
  session: Session,
  folder: string,
  supervisor: Supervisor | undefined = systemdSupervisor(),
): Promise<void> {
  const { stopped } = session.surroundings;
  const log = (text: string) => session.surroundings.error(`${plain(text)}\n`);
  const machine = thisMachine();
  await makeFolder(folder);
  const state = await machine.disk.open(folder);
  const over = new AbortController();
  let client: Client | undefined;
  const orders = openOrders(machine);
  const vital = () => client?.vital() ?? { passes: 0, stuck: null };
  const options = { state, version: holdfastVersion, pid: process.pid, supervisor, vital, log };
  const beating = beat(machine, options, over.signal);
  stopped.addEventListener('abort', () => supervisor?.stopping(), { once: true });
  try {
    while (!stopped.aborted) {
      const waits = await work(session, folder, supervisor, orders, (running) => {
        client = running;
      });
      client = undefined;
      if (waits === undefined) continue;
      supervisor?.status(`waits: ${waits.reason}`);
      // Whoever waits for the service waits for a client that works, and this one has nothing to do yet.
      supervisor?.ready();
      await changeOf(folder, waits.ms, stopped);
    }
  } finally {
    over.abort();
    await beating;
    supervisor?.close();
    await state.close();
    machine.close();
  }
}

/** Answers why there is nothing to do yet, and when to look again; undefined once it has worked. */
async function work(
  session: Session,
  folder: string,
  supervisor: Supervisor | undefined,
  orders: Orders,
  running: (client: Client) => void,
): Promise<{ reason: string; ms: number } | undefined> {
  try {
    await runClient(session, folder, {
      run: async ({ client }) => {
        running(client);
        await client.run(session.surroundings.stopped, () => {
          supervisor?.status('works');
          supervisor?.ready();
        });
      },
    });
    return undefined;
  } catch (thrown) {
    if (isHoldfastError(thrown, 'client.not-enrolled')) {
      const order = await orders.take(session, folder);
      if (order === 'none') return { reason: thrown.message, ms: lookAgainMs };
      return order === 'enrolled' ? undefined : order;
    }
    if (isHoldfastError(thrown, 'client.running')) return { reason: thrown.message, ms: busyMs };
    throw thrown;
  }
}

/** Resolves when something in the folder has changed and is quiet again, after `ms`, or when stopped. */
function changeOf(folder: string, ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let timer = setTimeout(end, ms);
    const watcher = watch(folder, () => {
      clearTimeout(timer);
      timer = setTimeout(end, quietMs);
    });
    // A folder that cannot be watched is looked at after its time.
    watcher.on('error', () => watcher.close());
    stopped.addEventListener('abort', end, { once: true });
    function end(): void {
      clearTimeout(timer);
      watcher.close();
      stopped.removeEventListener('abort', end);
      resolve();
    }
    if (stopped.aborted) end();
  });
}
