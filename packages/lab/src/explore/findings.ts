/**
 * The promises I1-I12 of the design, and which of them an exploration holds the client to today.
 *
 * I1   after every downfall the journal opens undamaged, and the policy is one that the site signed, whole.
 * I2   it opens from its folder alone, whatever the network does, never ends on an error without a code, and stays the same
 *      client of its site.
 * I3   a program runs only with content that is whole, and only one that the site has deployed.
 * I4   the serial of the policy never goes back, and no version below the floor is started.
 * I5   what the client has said it keeps (its log comes after its commit) arrives at the site, once, in order, without
 *      a gap; what was verified is still so after a power cut.
 * I6   a program runs only when it may: not where nothing is to be done, not twice at once, not before its time, its
 *      gates or a restart, not unasked.
 * I7   runs that fail, repairs, waits, run time, port calls and the size of the state folder have their limits.
 * I8   five minutes after the last fault everything has converged, or a wait with a name says until when.
 * I9   every run that went wrong, every gate and every forged policy left its code at the site.
 * I10  nothing lies outside the declared places of the state folder and the managed root.
 * I11  the last good policy stays until its successor is whole; without a trial nothing is started but the seed and what the
 *      site has blessed.
 * I12  the same seed gives the same trace hash.
 *
 * On one machine of five the client is set up by the bootstrap, with a service and a second starter, and all of that is
 * damaged, stopped, disabled or removed like anything else. There I2 also means that no client that answers is ended, I5
 * that what the bootstrap laid down is durable, and I8 that files, service, second starter and kept package are as they
 * should be 3.5 hours after the last fault, without a person; who only helps where neither a client nor a second starter
 * with a whole package is left.
 *
 * Its site also orders versions, healthy and sick ones, and ways back; its system is upgraded beneath it. There I7 also
 * means three starts of a sick version at most, and I8 that no trial goes on for ever, that the version that passed last
 * runs, and that the site has heard how each trial and the newest order ended.
 *
 * Not looked at: the shell in front of the second starter, which proves that the runtime starts; damage to versions beside
 * the seed; versions that spoil what the client knows, which the crash flow `client-revert` cuts through.
 */
export const promises = ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9', 'I10', 'I11', 'I12'] as const;
export type PromiseName = (typeof promises)[number];

/** A promise that was broken. */
export type Finding = {
  readonly promise: PromiseName;
  /** What was seen, in words. */
  readonly text: string;
  /** Milliseconds of virtual time since the world began. */
  readonly at: number;
};

/** Takes what is not as promised. Only the first counts: what follows may follow from it. */
export type Broken = (promise: PromiseName, text: string) => void;
