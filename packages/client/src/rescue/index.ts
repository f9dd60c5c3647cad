/** The second starter: what it decides and does, over ports alone. */
export { type BeatOptions, beat } from './beat.ts';
export { type Decision, decide, type Seen } from './decide.ts';
export { awakeMoment, lookAtClient } from './look.ts';
export type { RescuePorts } from './ports.ts';
export { type Pulse, pulseEveryMs, pulseName, readPulse } from './pulse.ts';
export { emptyRecord, openRecord, type RescueAct, type RescueRecord, rescueFolder } from './record.ts';
export { type RescueOptions, type RescueReport, rescue } from './rescue.ts';
export { type RescueMessage, takeSpooled } from './spool.ts';
