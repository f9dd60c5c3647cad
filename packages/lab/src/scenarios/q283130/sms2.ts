/**
 * Profile `sms2`: Systems Management Server 2.0 as Q283130 tells it. CCIM's verification interrupts the Advertised
 * Programs Manager (Smsapm32); what it is running is stopped, and no status 10006 or 10007 is sent.
 */
import type { ProcessIdentity } from '@holdfast/ports';
import { at } from '../field/managed-machine.ts';
import { second } from '../field/times.ts';
import type { Agent } from './agent.ts';
import { mend, setup } from './software.ts';

/** CCIM takes so long to lay the client's own files down again. */
const reinstallMs = 40 * second;

/** Of the process of the advertisement. */
const mark = 'advertisement';

export const sms2: Agent = {
  name: 'sms2',
  summary: 'as in the article: the verify cycle stops Smsapm32 and what it runs, and nobody is told',
  serve({ managed, world }) {
    const { machine, stage } = managed;
    const { clock, timeline } = stage;
    let known: 'unknown' | 'succeeded' = 'unknown';
    let running: ProcessIdentity | undefined;
    /** CCIM is at work, and Smsapm32 is not there to run anything; what it would run is run afterwards. */
    let stopped = false;
    let waiting = false;

    async function runAdvertisement(): Promise<void> {
      if (stopped) {
        waiting = true;
        return;
      }
      const { processes } = machine.ports('Smsapm32');
      timeline.tell('client', 'Smsapm32 runs the advertisement: status 10005');
      const job = await processes.start({ program: setup, arguments: [], folder: 'C:\\', mark });
      running = job.identity;
      const { code } = await job.exit;
      running = undefined;
      timeline.tell('client', `the advertisement ended with ${code}: status 10008`);
      known = 'succeeded';
    }

    async function verify(): Promise<void> {
      timeline.tell('client', 'CCIM begins its verify cycle, and stops Smsapm32');
      const interrupted = running;
      stopped = true;
      machine.kill();
      const { processes, clock: time } = machine.ports('CCIM');
      if (interrupted) {
        running = undefined;
        await processes.end({ identity: interrupted, mark });
        timeline.tell(
          'client',
          'the software distribution in progress is abruptly stopped; no 10006, no 10007',
        );
        const after = world.rescheduledAfterMs;
        if (after !== null) clock.schedule(after, () => void runAdvertisement());
      }
      await time.sleep(reinstallMs);
      await (await processes.start({ program: mend, arguments: [], folder: 'C:\\' })).exit;
      timeline.tell('client', 'CCIM has reinstalled the client and starts Smsapm32 again');
      stopped = false;
      if (waiting) await runAdvertisement();
    }

    at(clock, world.advertisedAt, () => void runAdvertisement());
    at(clock, world.verifyAt, () => void verify());
    return () => known;
  },
};
