/** The screen driver for Windows 10 and later: what `screen/win10/screen.mjs` of a client is made of. */
import type { DriverModule } from '@holdfast/client';
import { gdiScreen } from '@holdfast/machine';

export const driver: DriverModule = {
  interface: 1,
  open: ({ packagesOf }) => gdiScreen({ packagesOf, pixels: 'of-each-monitor' }),
};
