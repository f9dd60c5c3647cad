/** A screen driver as the client knows it: a module that is loaded from its own folder, and what testing it gave. */
import type { Display, Screen } from '@holdfast/ports';

/** Changes when an old client could not use a new driver, or a new client an old one. */
export const driverInterface = 1;

/** What a driver gets from the program that loads it. */
export type DriverHost = {
  /** Path or file URL of a module beside whose packages (koffi) the driver finds them: its own folder has none. */
  readonly packagesOf: string;
};

/** What a driver's module exports as `driver`. */
export type DriverModule = {
  readonly interface: typeof driverInterface;
  /** Takes nothing of the system yet: the first call to the screen does. */
  open(host: DriverHost): Screen;
};

/**
 * `captured`: a whole picture was read. `no-screen`: there is none here to read, which says nothing against the driver.
 * `failed`: there is a screen that the driver cannot read, or the driver does not load.
 */
export type SelfTestOutcome = 'captured' | 'no-screen' | 'failed';

/** Plain data, fit for a journal; the picture itself is never in it. */
export type SelfTestResult = {
  readonly outcome: SelfTestOutcome;
  /** Whether the driver may be used. */
  readonly passed: boolean;
  /** What was seen, as a sentence. */
  readonly text: string;
  readonly display?: Display;
};
