/** The screen driver for Windows 7 to 8.1: what `screen/win7/screen.mjs` of a client is made of. */
import type { DriverModule } from '@holdfast/client';
import { gdiScreen } from '@holdfast/machine';

export const driver: DriverModule = {
  interface: 1,
  open: ({ packagesOf }) => gdiScreen({ packagesOf, pixels: 'of-the-first-monitor' }),
};
