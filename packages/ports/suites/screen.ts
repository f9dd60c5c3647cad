/** The contract of the machine's screen. */
import assert from 'node:assert/strict';
import type { Frame, Screen } from '../src/index.ts';
import {
  type ContractTests,
  type Fixture,
  type Make,
  registerContract,
  type SuiteOptions,
} from './contract.ts';
import { rejectsWith } from './expect.ts';

export type ScreenFixture = Fixture & {
  readonly screen: Screen;
  /** Size of the screen, as the fixture has made it. */
  readonly size: { readonly width: number; readonly height: number };
  /** Puts a picture of that size onto the screen, as another program would. */
  draw(picture: Frame): Promise<void>;
  /** The same port where nobody has a screen. */
  readonly blind: Screen;
  /** Takes the screen away, as the end of a session does: only where this can be had. */
  vanish?(): Promise<void>;
  /** How many things of the system this process holds for its pictures. */
  held?(): Promise<number>;
};

export function screenContract(make: Make<ScreenFixture>, options: SuiteOptions = {}): void {
  registerContract('the screen', make, options, tests);
}

/** Every pixel differs from its neighbours in every colour; `shift` makes another picture of it. */
export function testPicture({ width, height }: ScreenFixture['size'], shift = 0): Frame {
  const pixels = new Uint8Array(width * height * 4);
  for (let at = 0; at < width * height; at += 1) {
    const [x, y] = [at % width, Math.floor(at / width)];
    pixels.set([x * 3 + y + shift, y * 5 + x * 7 + shift, x ^ (y * 11 + shift), 0], at * 4);
  }
  return { width, height, pixels };
}

/** The colours of a frame, without the byte of each pixel that is not used. */
export function coloursOf({ pixels }: Frame): Buffer {
  const colours = Buffer.from(pixels);
  for (let at = 3; at < colours.length; at += 4) colours[at] = 0;
  return colours;
}

function assertShows(frame: Frame, picture: Frame): void {
  assert.deepEqual([frame.width, frame.height], [picture.width, picture.height]);
  assert.equal(frame.pixels.length, frame.width * frame.height * 4);
  const [seen, drawn] = [coloursOf(frame), coloursOf(picture)];
  const wrong = seen.findIndex((value, at) => value !== drawn[at]);
  const [x, y] = [Math.floor(wrong / 4) % frame.width, Math.floor(wrong / 4 / frame.width)];
  assert.equal(
    wrong,
    -1,
    `colour ${wrong % 4} of the pixel at ${x}, ${y} is ${seen[wrong]}, not ${drawn[wrong]}`,
  );
}

/** Enough that what each leaves behind would be seen. */
const manyPictures = 300;

const tests: ContractTests<ScreenFixture> = {
  'a screen has a name and its size': async ({ screen, size }) => {
    const display = await screen.display();
    assert.ok(display !== undefined, 'there is a screen');
    assert.ok(display.name.length > 0, 'it has no name');
    assert.deepEqual({ width: display.width, height: display.height }, size);
  },

  'a known picture comes back in every pixel': async ({ screen, size, draw }) => {
    const picture = testPicture(size);
    await draw(picture);
    assertShows(await screen.capture(), picture);
  },

  'each picture is a moment of its own, and keeps it': async ({ screen, size, draw }) => {
    const [early, late] = [testPicture(size), testPicture(size, 101)];
    await draw(early);
    const first = await screen.capture();
    await draw(late);
    const second = await screen.capture();
    for (let more = 0; more < 20; more += 1) await screen.capture();
    assertShows(first, early);
    assertShows(second, late);
    second.pixels.fill(0);
    assertShows(first, early);
    assertShows(await screen.capture(), late);
  },

  'pictures that are asked for at the same time are all whole': async ({ screen, size, draw }) => {
    const picture = testPicture(size, 7);
    await draw(picture);
    const frames = await Promise.all([1, 2, 3, 4].map(() => screen.capture()));
    for (const frame of frames) assertShows(frame, picture);
  },

  'where nobody has a screen, none is told of and none is captured': async ({ blind }) => {
    assert.equal(await blind.display(), undefined);
    await rejectsWith(blind.capture(), 'screen.none');
    blind.close();
  },

  'a screen that has gone away is told as such, and harms nobody': async ({ screen, vanish }, context) => {
    if (vanish === undefined) {
      context.skip('this screen cannot be taken away');
      return;
    }
    await screen.capture();
    await vanish();
    await rejectsWith(screen.capture(), 'screen.none', 'screen.failed');
    await rejectsWith(screen.capture(), 'screen.none');
    assert.equal(await screen.display(), undefined);
  },

  'what was closed holds nothing, and looks anew when it is asked again': async (fixture) => {
    const { screen, size, draw, held } = fixture;
    const before = await held?.();
    const picture = testPicture(size, 42);
    await draw(picture);
    await screen.capture();
    screen.close();
    screen.close();
    const after = await held?.();
    assert.ok((after ?? 0) <= (before ?? 0), `${after} are held after ${before} before it was opened`);
    assertShows(await screen.capture(), picture);
  },

  'three hundred pictures hold no more than the first': async ({ screen, held }, context) => {
    if (held === undefined) {
      context.skip('what is held cannot be counted');
      return;
    }
    await screen.capture();
    const first = await held();
    for (let picture = 1; picture < manyPictures; picture += 1) await screen.capture();
    const last = await held();
    assert.ok(last <= first, `${last} are held after ${manyPictures} pictures, ${first} after the first`);
  },
};
