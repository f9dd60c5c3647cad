/** `npm start`: builds console and client if need be, then hands over to the demonstration. */
import { ensureClient } from './client.ts';
import { ensureConsole } from './console.ts';

await ensureConsole();
await ensureClient();
await import('../packages/cli/src/demo.ts');
