/** An X server without a monitor, and the hands of a program that draws on it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { Frame } from '@holdfast/ports';
import { loadKoffi } from '../src/shared/koffi.ts';

export type XServer = {
  /** `:7` */
  readonly display: string;
  readonly pid: number;
  /** Puts a picture at the upper left corner of the screen. */
  draw(picture: Frame): void;
  /** Stops answering without going away, until `continue`. */
  pause(): void;
  continue(): void;
  /** Ends at once, and leaves its socket behind. */
  kill(): Promise<void>;
};

export type XServerOptions = {
  /** `160x120x24` */
  readonly screen?: string;
  readonly words?: readonly string[];
};

/** The reason why there is none; undefined where there is one. */
export function xServerMissing(): string | undefined {
  const probe = spawnSync('Xvfb', ['-help'], { timeout: 10_000 });
  return probe.error === undefined ? undefined : 'not installed: Xvfb (Debian package xvfb)';
}

export async function startXServer(options: XServerOptions = {}): Promise<XServer> {
  const words = ['-displayfd', '3', '-screen', '0', options.screen ?? '160x120x24', '-nolisten', 'tcp'];
  // It forgets what was drawn when the last program leaves, unless it is told not to.
  const child = spawn('Xvfb', [...words, '-noreset', ...(options.words ?? [])], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const number = await firstLine(child);
  const { pid } = child;
  if (pid === undefined) throw new Error('Xvfb has not started');
  const display = `:${number}`;
  return {
    display,
    pid,
    draw: (picture) => drawOn(display, picture),
    pause: () => void child.kill('SIGSTOP'),
    continue: () => void child.kill('SIGCONT'),
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Xvfb writes the number that it found free as soon as programs can connect. */
async function firstLine(child: ChildProcess): Promise<string> {
  const numbers = child.stdio[3] as Readable;
  let text = '';
  for await (const chunk of numbers) {
    text += String(chunk);
    if (text.includes('\n')) return text.trim();
  }
  throw new Error('Xvfb ended before it told its display');
}

/** With the other library of X11 clients, which the driver does not use. */
function drawOn(name: string, { width, height, pixels }: Frame): void {
  const library = loadKoffi().load('libX11.so.6');
  const open = library.func('void *XOpenDisplay(str name)');
  const createImage = library.func(
    'void *XCreateImage(void *display, void *visual, uint32 depth, int format, int offset, void *data, uint32 width, uint32 height, int pad, int line)',
  );
  const putImage = library.func(
    'int XPutImage(void *display, ulong drawable, void *context, void *image, int fromX, int fromY, int x, int y, uint32 width, uint32 height)',
  );
  const ask = (function_: string, result: string) =>
    library.func(`${result} ${function_}(void *display, int screen)`);
  const display: bigint | null = open(name);
  if (display === null) throw new Error(`no X server at ${name}`);
  const wholePixels = 2;
  const depth: number = ask('XDefaultDepth', 'int')(display, 0);
  const visual: bigint = ask('XDefaultVisual', 'void *')(display, 0);
  const root: bigint = ask('XRootWindow', 'ulong')(display, 0);
  const context: bigint = ask('XDefaultGC', 'void *')(display, 0);
  const image = createImage(
    display,
    visual,
    depth,
    wholePixels,
    0,
    Buffer.from(pixels),
    width,
    height,
    32,
    0,
  );
  putImage(display, root, context, image, 0, 0, 0, 0, width, height);
  library.func('int XSync(void *display, int discard)')(display, 0);
  library.func('int XFree(void *data)')(image);
  library.func('int XCloseDisplay(void *display)')(display);
}
