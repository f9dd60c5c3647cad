/** Whether our own remote control could stand in: the screen driver in use is whole, and passes its test now. */
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import { createSerial } from '@holdfast/engine';
import { wholeDriver } from '../components/driver.ts';
import { installationOf } from '../components/of-client.ts';
import type { ClientContext } from '../context.ts';

export type Ours =
  /** `text`: what was seen. Where nobody has a screen it says so: then the driver is verified by its signed manifest alone. */
  | { readonly verified: true; readonly driver: string; readonly text: string }
  | { readonly verified: false; readonly reason: string };

/** @throws HoldfastError `disk.*` */
export async function lookAtOurs(context: ClientContext): Promise<Ours> {
  const { testDriver } = context.options.installation ?? {};
  const installation = installationOf(context, createSerial());
  if (!installation || !testDriver)
    return { verified: false, reason: 'this client has no screen driver of its own' };
  try {
    const active = await wholeDriver(installation, 'screen');
    if (!active) return { verified: false, reason: 'no screen driver is in use yet' };
    const { passed, text } = await testDriver(active.path);
    if (!passed) return { verified: false, reason: `the screen driver ${active.folder} fails: ${text}` };
    return { verified: true, driver: active.folder, text: `${active.folder}: ${text}` };
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'component.damaged')) throw thrown;
    return { verified: false, reason: thrown.message };
  }
}

/** @throws HoldfastError `component.damaged` where it could not stand in; `disk.*` */
export async function verifyOurs(context: ClientContext): Promise<void> {
  const ours = await lookAtOurs(context);
  if (ours.verified) return;
  throw new HoldfastError('component.damaged', `Our remote control cannot stand in: ${ours.reason}`);
}
