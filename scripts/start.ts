/** `npm start`: builds console, client and command if need be, then hands over to the demonstration. */
import { ensureCli } from './cli.ts';
import { ensureClient } from './client.ts';
import { ensureConsole } from './console.ts';

await ensureConsole();
await ensureClient();
await ensureCli();
await import('../packages/cli/src/demo.ts');
