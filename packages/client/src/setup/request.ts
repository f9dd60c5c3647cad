/** What a set-up is asked to do, and where: the words of its command line, judged and in one place. */
import type { ClientPackageKind } from '@holdfast/contract';
import type { Static } from 'typebox';

/** What an uninstall may leave: who the client is, what it has fetched, what it has written down. */
export const keepWords = ['identity', 'cache', 'logs'] as const;
export type KeepWord = (typeof keepWords)[number];

/** Plain JSON: it is journalled, so that a set-up goes on as it was asked for. */
export type SetupRequest = {
  readonly intent: 'install' | 'uninstall';
  /** `/mp`: https addresses, in the order in which they are tried. */
  readonly managementPoints: readonly string[];
  /** `/source`: absolute path of a folder with a release in it. */
  readonly source: string | null;
  /** `/retry`: minutes between tries; null: a back-off of its own. */
  readonly retryMinutes: number | null;
  /** `/downloadtimeout`: minutes that one download may take. */
  readonly downloadTimeoutMinutes: number;
  /** `/logon`: nothing is done where a client is. */
  readonly stopIfPresent: boolean;
  /** `/forceinstall`: uninstalled, then installed; state and identity are kept. */
  readonly forceInstall: boolean;
  readonly siteCode: string | null;
  readonly token: string | null;
  /** Which of the release's packages, where the usual one of the platform is not wanted. */
  readonly kind: Static<typeof ClientPackageKind> | null;
  readonly keep: readonly KeepWord[];
  readonly cacheMegabytes: number | null;
  /** 0 says everything, 3 errors alone. */
  readonly logLevel: number | null;
};

/** Minutes that a download may take unless `/downloadtimeout` says otherwise: the field's own default. */
export const defaultDownloadMinutes = 1440;

export const plainRequest: SetupRequest = {
  intent: 'install',
  managementPoints: [],
  source: null,
  retryMinutes: null,
  downloadTimeoutMinutes: defaultDownloadMinutes,
  stopIfPresent: false,
  forceInstall: false,
  siteCode: null,
  token: null,
  kind: null,
  keep: [],
  cacheMegabytes: null,
  logLevel: null,
};
