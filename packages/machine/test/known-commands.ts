/** The commands of the processes suite as scripts of a real Node, and families of two processes. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Command, Processes, ProcessIdentity } from '@holdfast/ports';
import type { KnownCommands } from '@holdfast/ports/suites';

/** `executable` is the path of a Node; every command runs in `folder`. */
export function nodeCommands(executable: string, folder: string): KnownCommands {
  const script = (source: string, ...words: readonly string[]): Command => ({
    program: executable,
    arguments: ['-e', source, '--', ...words],
    folder,
  });
  // Standard output of these is a file, so that write() is complete when it returns.
  return {
    exit: (code) => script(`process.exitCode = ${code}`),
    print: (text, times) => script(`process.stdout.write(process.argv[1].repeat(${times}))`, text),
    printError: (text) => script('process.stderr.write(process.argv[1])', text),
    printWords: (words) => script('process.stdout.write(JSON.stringify(process.argv.slice(1)))', ...words),
    printVariable: (name) => script('process.stdout.write(process.env[process.argv[1]] ?? "unset")', name),
    printFolder: () => script('process.stdout.write(process.cwd())'),
    readInput: () => script('process.stdin.resume()'),
    forever: () => script('setInterval(() => {}, 1000000)'),
  };
}

export type Family = {
  readonly command: Command;
  readonly childRuns: Promise<void>;
  readonly childEnded: Promise<void>;
  close(): Promise<void>;
};

export type Orphan = {
  readonly command: Command;
  endChild(child: ProcessIdentity): Promise<void>;
  close(): Promise<void>;
};

/** A server to which a child connects: the connection tells when it runs and when it ends. */
async function listenForChild() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  const connection = once(server, 'connection').then(([socket]: Socket[]) => {
    if (socket === undefined) throw new Error('no socket');
    // A killed process resets its connection: that is the end that is waited for, not a failure.
    socket.on('error', () => socket.destroy());
    socket.resume();
    return socket;
  });
  return {
    /** Script of a child that runs until its connection ends. */
    script: `require('net').connect(${address.port}, '127.0.0.1').resume()`,
    connection,
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

/** A Node that starts a Node that holds a connection to us. */
export async function nodeFamily(executable: string, folder: string): Promise<Family> {
  const { script, connection, close } = await listenForChild();
  const parent = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(script)}], { stdio: 'ignore' })`;
  return {
    command: { program: executable, arguments: ['-e', parent], folder },
    childRuns: connection.then(() => undefined),
    childEnded: connection.then(async (socket) => {
      if (!socket.closed) await once(socket, 'close');
    }),
    close,
  };
}

/** A Node that starts a Node that goes on without it, as long as its connection to us. */
export async function nodeOrphan(processes: Processes, executable: string, folder: string): Promise<Orphan> {
  const { script, connection, close } = await listenForChild();
  const parent = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(script)}], { stdio: 'ignore', detached: true }).unref()`;
  return {
    command: { program: executable, arguments: ['-e', parent], folder },
    endChild: async (child) => {
      (await connection).destroy();
      // A process that is nobody's child here tells nobody of its end: it is looked at.
      while (await processes.alive(child)) await setTimeout(5);
    },
    close,
  };
}
