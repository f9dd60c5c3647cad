/** Whether a screen driver works here: one picture of the screen, where there is one. */
import { isHoldfastError } from '@holdfast/contract';
import type { Clock, Display, Frame, Screen } from '@holdfast/ports';
import type { SelfTestResult } from './driver.ts';

export type SelfTestOptions = {
  readonly clock: Pick<Clock, 'sleep'>;
  /** Milliseconds for the whole test; 15,000 unless given. */
  readonly limitMs?: number;
  /** Gets the picture, which is kept nowhere. */
  readonly seen?: (frame: Frame) => void;
};

const standardLimitMs = 15_000;
/** A picture taken while the screen is turned or another monitor is plugged in has neither the old size nor the new. */
const attempts = 2;

/** Never rejects, and gives back what the driver holds. A machine without a screen says nothing against its driver. */
export async function screenSelfTest(screen: Screen, options: SelfTestOptions): Promise<SelfTestResult> {
  const { clock, limitMs = standardLimitMs, seen = () => undefined } = options;
  const stop = new AbortController();
  const late = clock.sleep(limitMs, stop.signal).then(
    () => failure(`The screen driver did not answer within ${limitMs / 1000} s.`),
    () => failure('The test was stopped.'),
  );
  try {
    return await Promise.race([onePicture(screen, seen), late]);
  } finally {
    stop.abort();
    giveBack(screen);
  }
}

const failure = (text: string): SelfTestResult => ({ outcome: 'failed', passed: false, text });

async function onePicture(screen: Screen, seen: (frame: Frame) => void): Promise<SelfTestResult> {
  try {
    for (let attempt = 1; ; attempt += 1) {
      const display = await screen.display();
      // Where there is none, this says why.
      const frame = await screen.capture();
      const wrong = whatIsWrong(frame, display);
      if (wrong !== undefined && attempt < attempts) continue;
      if (wrong !== undefined || display === undefined)
        return failure(`The picture is no picture: ${wrong}.`);
      seen(frame);
      const { width, height } = frame;
      const text = `One picture of ${display.name}, ${width} by ${height} pixels, was read.`;
      return { outcome: 'captured', passed: true, text, display };
    }
  } catch (thrown) {
    if (isHoldfastError(thrown, 'screen.none')) {
      return { outcome: 'no-screen', passed: true, text: `There is no screen here: ${thrown.message}` };
    }
    return failure(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

/** Undefined where the picture is one of this display. What it shows is not judged: a screen may be black. */
function whatIsWrong(frame: Frame, display: Display | undefined): string | undefined {
  const { width, height, pixels } = frame;
  if (display === undefined) return 'there is one, but no screen that it could be of';
  if (!(width > 0 && height > 0)) return `it is of ${width} by ${height} pixels`;
  if (width !== display.width || height !== display.height) {
    return `it is of ${width} by ${height} pixels, the screen of ${display.width} by ${display.height}`;
  }
  const length = width * height * 4;
  return pixels.length === length ? undefined : `it has ${pixels.length} bytes in place of ${length}`;
}

function giveBack(screen: Screen): void {
  try {
    screen.close();
  } catch {
    // What the test has found stands; a driver that cannot end is not used again after its process.
  }
}
