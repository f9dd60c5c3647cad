/** The public half of the release key, as the build of the client's packages wrote it into the bundle. */

/** Replaced by the bundler with the text of a key; not there in the sources. */
declare const HOLDFAST_RELEASE_KEY: string | undefined;

/** PEM of an Ed25519 public key; undefined when run from sources, which trust no release. */
export const releaseKey: string | undefined =
  typeof HOLDFAST_RELEASE_KEY === 'string' ? HOLDFAST_RELEASE_KEY : undefined;
