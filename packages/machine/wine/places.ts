/** Where the Wine harness finds and keeps things: the repository's git-ignored cache. */
import { fileURLToPath } from 'node:url';

export const repositoryFolder = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
export const cacheFolder = `${repositoryFolder}/.cache`;
/** Committed: what a Windows client runs on, locked by integrity. */
export const runtimeLockFolder = fileURLToPath(new URL('runtime', import.meta.url));
