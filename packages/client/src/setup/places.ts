/** Where a set-up keeps what is its own. */

/** Folder in the state folder. It goes last, by whoever ends the set-up: its journal is in it. */
export const setupFolder = 'setup';

/** Folder in it where the script of a site puts the package that it fetched, under its hash, and the bootstrap from it. */
export const fetchedFolder = 'fetched';
