/** With which flags a client's Node is started, by whatever starts it. */

/**
 * A client sleeps for most of its life, so its Node is asked for little memory and not for speed: the optimising
 * compilers are left alone, functions that were not called between two collections lose their bytecode, little room is
 * kept for new objects, and the client may collect before it sleeps. `npm run bench -- client` shows what that is worth.
 */
export const clientNodeFlags = [
  '--no-opt',
  '--no-sparkplug',
  '--bytecode-old-age=1',
  '--max-semi-space-size=1',
  '--expose-gc',
] as const;
