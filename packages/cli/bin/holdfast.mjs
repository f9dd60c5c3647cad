#!/usr/bin/env node
/**
 * Starts `holdfast`: what `npm run build:cli` made where it is up to date, its sources otherwise. They do the same, the
 * sources half a second later.
 */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { builtFiles, builtFolder, isFresh } from './built.mjs';

// Beside what was built, as trusted as that and gone with it. Where it cannot be written, everything works without it.
enableCompileCache(join(builtFolder, 'compile-cache'));

// The verbs of a site load its server, which is not built: it starts modules of its own by path.
const built = process.argv[2] !== 'site' && isFresh();
await import(built ? pathToFileURL(builtFiles().main).href : '../src/holdfast.ts');
