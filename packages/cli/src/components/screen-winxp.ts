/** The screen driver for what came before Windows 7: what `screen/winxp/screen.mjs` of a client is made of. */
import type { DriverModule } from '@holdfast/client';
import { gdiScreen } from '@holdfast/machine';

export const driver: DriverModule = {
  interface: 1,
  open: ({ packagesOf }) => gdiScreen({ packagesOf, pixels: 'as-there-are' }),
};
