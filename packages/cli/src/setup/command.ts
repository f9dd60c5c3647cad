/** What the bootstrap was asked for on its command line. */
import type { SetupRequest } from '@holdfast/client';

export type SetupCommand = {
  readonly kind: 'help' | 'version' | 'set-up';
  readonly request: SetupRequest;
  /** Whether anything was asked for; without words a set-up that is under way is gone on with. */
  readonly isAsked: boolean;
  /** Started by its hook: goes on with what is under way, and never begins anything. */
  readonly goOn: boolean;
  /** `/service`, `/noservice`; null: as the platform has it. */
  readonly service: boolean | null;
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly stateFolder: string | null;
  readonly installFolder: string | null;
  readonly root: string | null;
};
