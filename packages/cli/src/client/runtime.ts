/** The Node that runs this program, as the client's health looks at it. */
import type { ClientOptions } from '@holdfast/client';
import { clientNodeFlags } from '@holdfast/machine';

export function thisRuntime(): NonNullable<NonNullable<ClientOptions['health']>['runtime']> {
  return {
    program: process.execPath,
    version: process.versions.node,
    flags: process.execArgv,
    wantedFlags: clientNodeFlags,
  };
}
