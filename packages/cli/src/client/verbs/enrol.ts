/** `holdfast-client enrol`: makes this machine a client of a site. */
import { resolve } from 'node:path';
import type { ClientSettings } from '@holdfast/client';
import { HoldfastError, parseToken } from '@holdfast/contract';
import { facts } from '../../terminal.ts';
import { text, wholeNumber } from '../../verbs/verb.ts';
import { enrolFolder } from '../enrolment.ts';
import { isRefusedForGood, leaveOrder, removeOrder } from '../enrolment-order.ts';
import { clientPlace } from '../place.ts';
import { makeFolder, settingsIn } from '../settings.ts';
import type { ClientVerbs } from './client-verb.ts';

/** 2^20 of them are more than any disk of today. */
const mostMegabytes = 1 << 20;

/** The installer of Windows has nothing but empty text for what was not said. */
const emptyOr =
  (parse: (words: string) => number) =>
  (words: string): number | undefined =>
    words === '' ? undefined : parse(words);

function refuseOtherSite(token: string, siteCode: string): void {
  if (siteCode === '' || siteCode.toUpperCase() === 'AUTO') return;
  const own = parseToken(token).siteCode;
  if (own !== siteCode.toUpperCase()) {
    throw new HoldfastError('command.invalid', `The site code is ${siteCode}, the token is for ${own}.`);
  }
}

/** What is named: the rest stays as it was. */
function settingsFor(options: Record<string, unknown>, before: ClientSettings | undefined): ClientSettings {
  const installFolder = clientPlace()?.installFolder;
  return {
    site: text(options, 'site') ?? '',
    root: resolve(text(options, 'root') ?? before?.root ?? '/'),
    ...(installFolder === undefined ? {} : { installFolder }),
    ...(typeof options.cacheSize === 'number' ? { cacheMegabytes: options.cacheSize } : {}),
    ...(typeof options.logLevel === 'number' ? { logLevel: options.logLevel } : {}),
  };
}

export function enrolVerb({ verb, run }: ClientVerbs): void {
  const command = verb('enrol', 'make this machine a client of a site', [
    'enrol --site https://holdfast.example:8443 --token HF1.…',
    'enrol --site https://127.0.0.1:8443 --token HF1.… --folder ./client --root ./client/root',
  ])
    .alias('enroll')
    .requiredOption('--site <url>', 'address of the management point: https://…')
    .requiredOption('--token <token>', 'enrolment token')
    .option('--root <folder>', 'managed root: software is installed below it; / unless given')
    .option('--site-code <code>', 'refuse a token of another site')
    .option(
      '--cache-size <megabytes>',
      'room for content of packages',
      emptyOr(wholeNumber(1, mostMegabytes)),
    )
    .option('--keep-trying', 'where the site cannot be reached, the service goes on trying')
    .option(
      '--log-level <level>',
      '0 and 1 say everything, 2 warnings and errors, 3 errors alone',
      emptyOr(wholeNumber(0, 3)),
    );
  run(command, async ({ session, folder, options }) => {
    const token = text(options, 'token') ?? '';
    refuseOtherSite(token, text(options, 'siteCode') ?? '');
    await makeFolder(folder);
    const settings = settingsFor(options, await settingsIn(folder));
    // Before the first try: whatever becomes of this process, the order is there.
    if (options.keepTrying === true) await leaveOrder(folder, { settings, token });
    const clientId = await enrolFolder(session, folder, settings, token).catch(async (thrown: unknown) => {
      if (isRefusedForGood(thrown)) await removeOrder(folder);
      throw thrown;
    });
    session.answer({ clientId, folder, ...settings }, () =>
      facts([
        ['enrolled', clientId],
        ['folder', folder],
        ['next', `holdfast-client run --folder ${folder}`],
      ]),
    );
  });
}
