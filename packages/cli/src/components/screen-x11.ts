/** The screen driver for X11: what `screen/x11/screen.mjs` of a client is made of. */
import type { DriverModule } from '@holdfast/client';
import { x11Screen } from '@holdfast/machine';

export const driver: DriverModule = {
  interface: 1,
  open: ({ packagesOf }) => {
    const { DISPLAY: display, XAUTHORITY: authority } = process.env;
    return x11Screen({ packagesOf, ...(display ? { display } : {}), ...(authority ? { authority } : {}) });
  },
};
