/** None of what an X server may do harms the one who looks at its screen. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { rejectsWith } from '@holdfast/ports/suites';
import { x11Screen } from '../src/linux/screen.ts';
import { systemPlaces } from '../src/linux/screen-displays.ts';
import { temporaryFolder } from './temporary.ts';
import { setupOf, usual } from './x-setup.ts';

/** A screen behind a server of ours, which does with each connection what it likes. */
async function screenOf(context: TestContext, serve: (socket: Socket) => void) {
  const folder = await temporaryFolder();
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(join(folder.path, 'X7'), resolve));
  const screen = x11Screen({ patienceMs: 300, places: { ...systemPlaces, sockets: folder.path } });
  context.after(async () => {
    screen.close();
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    await folder.cleanup();
  });
  return screen;
}

/** Answers the connection, and then each request (number 1, 2, ...) with what `reply` makes of it. */
function speaking(reply: (request: number) => Buffer | undefined) {
  return (socket: Socket) => {
    let connected = false;
    let request = 0;
    socket.on('data', (data) => {
      if (!connected) {
        connected = true;
        socket.write(setupOf(usual));
        return;
      }
      // Requests tell their length in fours; only the first of each is of interest.
      for (let at = 0; at + 4 <= data.length; at += Math.max(data.readUInt16LE(at + 2) * 4, 4)) {
        request += 1;
        const answer = reply(request);
        if (answer === undefined) socket.destroy();
        else socket.write(answer);
      }
    });
  };
}

/** A reply to a request: its number, and how many times four bytes follow the first 32. */
function replyOf(request: number, follow: number, fill: (reply: Buffer) => void = () => undefined): Buffer {
  const reply = Buffer.alloc(32);
  reply.writeUInt8(1, 0);
  reply.writeUInt16LE(request, 2);
  reply.writeUInt32LE(follow, 4);
  fill(reply);
  return reply;
}

const sized = (request: number, width: number, height: number) =>
  replyOf(request, 0, (reply) => {
    reply.writeUInt16LE(width, 16);
    reply.writeUInt16LE(height, 18);
  });

/** What a server says to a question about a part of the screen that is not there. */
function badMatch(request: number): Buffer {
  const error = Buffer.alloc(32);
  error.writeUInt8(8, 1);
  error.writeUInt16LE(request, 2);
  return error;
}

const hostile: Readonly<Record<string, (socket: Socket) => void>> = {
  'leaves at once': (socket) => socket.destroy(),
  'never answers': () => undefined,
  'refuses everybody': (socket) =>
    void socket.write(Buffer.from([0, 4, 11, 0, 0, 0, 1, 0, 110, 111, 112, 101])),
  'promises more than it sends': (socket) => void socket.write(setupOf(usual).subarray(0, 60)),
  'describes a screen that is none': (socket) => {
    const block = setupOf(usual);
    block.writeUInt8(200, 29);
    socket.write(block);
  },
  'leaves when it is asked for the size': speaking(() => undefined),
  'sends less than a picture': speaking((request) =>
    request % 2 === 1 ? sized(request, 64, 64) : Buffer.concat([replyOf(request, 1), Buffer.alloc(4)]),
  ),
  'promises sixteen gigabytes': speaking((request) =>
    request % 2 === 1 ? sized(request, 64, 64) : replyOf(request, 0xffff_ffff),
  ),
  'sends noise': (socket) => void socket.write(randomBytes(10_000)),
  'sends noise when it is asked': speaking(() => randomBytes(4096)),
};

for (const [deed, serve] of Object.entries(hostile)) {
  test(`a server that ${deed} fails, and harms nobody`, async (context) => {
    const screen = await screenOf(context, serve);
    await rejectsWith(screen.capture(), 'screen.failed');
  });
}

test('a screen larger than a machine could hold is not asked for', async (context) => {
  let requests = 0;
  const large = speaking((request) => {
    requests += 1;
    return sized(request, 65_535, 65_535);
  });
  const screen = await screenOf(context, large);
  await assert.rejects(screen.capture(), /too large/);
  assert.equal(requests, 1, 'its size was asked for');
});

test('a screen that gets smaller between two questions is read in its new size', async (context) => {
  const pixels = Buffer.alloc(32 * 16 * 4, 0x7f);
  const answers: readonly ((request: number) => Buffer)[] = [
    (request) => sized(request, 64, 64),
    badMatch,
    (request) => sized(request, 32, 16),
    (request) => Buffer.concat([replyOf(request, pixels.length / 4), pixels]),
  ];
  const screen = await screenOf(
    context,
    speaking((request) => answers[request - 1]?.(request)),
  );
  const frame = await screen.capture();
  assert.deepEqual([frame.width, frame.height], [32, 16]);
  assert.deepEqual(Buffer.from(frame.pixels), pixels);
});

test('a server that never gives a picture is not asked for ever', async (context) => {
  const refusing = speaking((request) => (request % 2 === 1 ? sized(request, 64, 64) : badMatch(request)));
  await assert.rejects((await screenOf(context, refusing)).capture(), /gave no picture/);
});
