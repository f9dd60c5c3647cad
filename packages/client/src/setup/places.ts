/** Where a set-up keeps what is its own. */

/** Folder in the state folder. It goes last, by whoever ends the set-up: its journal is in it. */
export const setupFolder = 'setup';
