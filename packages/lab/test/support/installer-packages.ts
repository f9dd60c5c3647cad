/** Stories of the packages that the tests of the installer generate. */
import { randomDescription } from '../../../msi/test/support/describe-random.ts';
import {
  type Ended,
  type Stories,
  storiesOf as storiesOfProduct,
} from '../../src/flows/installer/packages.ts';

/** The stories of a generated product; each later one begins where the installation has ended. */
export async function storiesOf(seed: number, ended: Ended): Promise<Stories> {
  return await storiesOfProduct(`package ${seed}`, randomDescription(seed), ended);
}
