/** What becomes of a set-up when a phase fails: tried again, gone back a step, or given up with an exit code. */
import { type ErrorCode, type HoldfastError, type SetupPhase, setupExit } from '@holdfast/contract';

export type Judgement =
  /** Something outside may change by itself: tried again until the time of the set-up is over. */
  | { readonly kind: 'again' }
  /** What an earlier phase found does not hold any more, or it may be found better: from there, so many times. */
  | { readonly kind: 'back'; readonly to: SetupPhase; readonly times: number; readonly exit: number }
  | { readonly kind: 'over'; readonly exit: number };

const again: Judgement = { kind: 'again' };
const over = (exit: number): Judgement => ({ kind: 'over', exit });

/** Times that something is fetched anew whose bytes are wrong, or that an installer is asked again that said no. */
const fewTimes = 3;

/** Failures that no waiting mends: somebody must give other words, another token, or another package. */
const final: Partial<Record<ErrorCode, number>> = {
  'token.malformed': setupExit.failed,
  'token.unknown': setupExit.failed,
  'token.expired': setupExit.failed,
  'token.used': setupExit.failed,
  'token.revoked': setupExit.failed,
  'command.invalid': setupExit.failed,
  'request.invalid': setupExit.failed,
  'setup.site-unknown': setupExit.failed,
  'site.untrusted': setupExit.failed,
  'installer.unsupported': setupExit.prerequisites,
  'setup.prerequisite': setupExit.prerequisites,
  'release.untrusted': setupExit.hashMismatch,
};

/** @param phase in which it failed */
export function judgementOn({ code }: HoldfastError, phase: SetupPhase): Judgement {
  const exit = final[code];
  if (exit !== undefined) return over(exit);
  switch (code) {
    case 'content.hash-mismatch':
      return { kind: 'back', to: 'manifest', times: fewTimes, exit: setupExit.hashMismatch };
    case 'content.not-found':
      // The site has a newer release by now, and serves the old one no more.
      return { kind: 'back', to: 'manifest', times: Number.POSITIVE_INFINITY, exit: setupExit.failed };
    case 'component.damaged':
    case 'installer.failed':
      // The package on the disk is looked at again before it is blamed on the machine.
      return {
        kind: 'back',
        to: phase === 'components' || phase === 'retire' ? 'verify' : phase,
        times: fewTimes,
        exit: setupExit.failed,
      };
    case 'internal':
    case 'disk.outside':
    case 'disk.name-invalid':
      return over(setupExit.failed);
    default:
      return again;
  }
}
