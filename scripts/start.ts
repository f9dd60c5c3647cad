/** `npm start`: builds the console if need be, then hands over to the demonstration. */
import { ensureConsole } from './console.ts';

ensureConsole();
await import('../packages/cli/src/demo.ts');
