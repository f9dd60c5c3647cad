/** The commands of the processes suite as scripts of a real Node, and a family of two processes. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Command } from '@holdfast/ports';
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

/** A Node that starts a Node that holds a connection to us: the connection tells when it runs and when it ends. */
export async function nodeFamily(executable: string, folder: string): Promise<Family> {
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
  const child = `require('net').connect(${address.port}, '127.0.0.1').resume()`;
  const parent = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'ignore' })`;
  return {
    command: { program: executable, arguments: ['-e', parent], folder },
    childRuns: connection.then(() => undefined),
    childEnded: connection.then(async (socket) => {
      if (!socket.closed) await once(socket, 'close');
    }),
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
