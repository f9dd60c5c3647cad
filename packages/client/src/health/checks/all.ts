/** Everything that an evaluation looks at, in its order: first what the remedies of others need. */
import type { ClientContext } from '../../context.ts';
import type { Check } from '../check.ts';
import { certificateCheck } from './certificate.ts';
import { clockCheck } from './clock.ts';
import { componentChecks, keptPackageCheck } from './components.ts';
import { diskCheck } from './disk.ts';
import { journalCheck } from './journal.ts';
import { policyAgeCheck } from './policy-age.ts';
import { runtimeCheck } from './runtime.ts';
import { secondStarterCheck, serviceCheck } from './starters.ts';
import { installerCheck, systemdCheck, wmiCheck } from './system.ts';

export function allChecks(context: ClientContext): readonly Check[] {
  return [
    diskCheck(context),
    journalCheck(context),
    clockCheck(context),
    certificateCheck(context),
    keptPackageCheck(context),
    ...componentChecks(context),
    runtimeCheck(context),
    serviceCheck(context),
    secondStarterCheck(context),
    policyAgeCheck(context),
    installerCheck(context),
    wmiCheck(context),
    systemdCheck(context),
  ];
}
