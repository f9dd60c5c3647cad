/** The outside of a real run: this process's streams, environment and signals. */
import type { Surroundings } from './terminal.ts';

/** The first SIGTERM or SIGINT asks for a clean stop, the second ends the process as it is. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => controller.abort(new Error(`stopped by ${name}`)));
  }
  return controller.signal;
}

/**
 * Reads a line from the terminal without showing it: the line editor writes to nowhere. Loaded here: few commands ask,
 * and all of them would start later.
 */
async function askSecret(question: string): Promise<string> {
  const [{ createInterface }, { Writable }] = await Promise.all([
    import('node:readline/promises'),
    import('node:stream'),
  ]);
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await reader.question('');
  } finally {
    reader.close();
    process.stderr.write('\n');
  }
}

export function processSurroundings(): Surroundings {
  // Whoever reads has gone (`holdfast client list | head`): nobody is left to write for.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  return {
    environment: process.env,
    out: (text) => process.stdout.write(text),
    error: (text) => process.stderr.write(text),
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    progress: process.stderr.isTTY === true,
    ...(process.stdin.isTTY && process.stderr.isTTY ? { askSecret } : {}),
    stopped: stopSignal(),
  };
}
