/** Content by its hash: whole or not there, stored once, read in pieces. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import { startTestSite, type TestSite } from './support/site.ts';

async function* pieces(...parts: (Buffer | Error)[]): AsyncGenerator<Buffer> {
  for (const part of parts) {
    if (part instanceof Error) throw part;
    yield part;
  }
}

const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('content', () => {
  let site: TestSite;
  before(async () => {
    site = await startTestSite();
  });
  after(() => site[Symbol.asyncDispose]());
  const content = () => site.running.context.content;
  const coded = (code: Parameters<typeof isHoldfastError>[1]) => (thrown: unknown) =>
    code !== undefined && isHoldfastError(thrown, code);
  async function read(hash: string, start: number, end: number): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of content().read(hash, start, end)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }
  async function assertNothingLeft(hash: string): Promise<void> {
    assert.equal(await content().size(hash), undefined);
    assert.deepEqual(await readdir(join(site.options.dataFolder, 'content', 'incoming')), []);
  }

  test('bytes are stored under their hash and once only', async () => {
    const bytes = Buffer.alloc(3 * 1024 * 1024 + 7, 'abc');
    const parts = [bytes.subarray(0, 10), bytes.subarray(10, 2_000_000), bytes.subarray(2_000_000)];
    assert.deepEqual(await content().add(pieces(...parts)), {
      sha256: hashOf(bytes),
      size: bytes.length,
      known: false,
    });
    assert.equal((await content().add(pieces(bytes))).known, true);
    assert.equal(await content().size(hashOf(bytes)), bytes.length);
    assert.deepEqual(await read(hashOf(bytes), 0, bytes.length), bytes);
    assert.deepEqual(await read(hashOf(bytes), 1_000_000, 1_000_005), bytes.subarray(1_000_000, 1_000_005));
  });

  test('an empty file is content too', async () => {
    const empty = Buffer.alloc(0);
    assert.equal((await content().add(pieces())).sha256, hashOf(empty));
    assert.equal(await content().size(hashOf(empty)), 0);
  });

  test('a hash that differs is refused and nothing is kept', async () => {
    const bytes = Buffer.from('not what was announced');
    const adding = content().add(pieces(bytes), { sha256: '0'.repeat(64) });
    await assert.rejects(adding, coded('content.hash-mismatch'));
    await assertNothingLeft(hashOf(bytes));
  });

  test('an upload that is cut off, or shorter or longer than announced, is refused and nothing is kept', async () => {
    const bytes = Buffer.from('half of it');
    const broken = content().add(pieces(bytes, new Error('aborted')));
    await assert.rejects(broken, coded('request.cut-off'));
    await assert.rejects(content().add(pieces(bytes), { size: 100 }), coded('request.cut-off'));
    await assert.rejects(content().add(pieces(bytes), { size: 3 }), coded('content.hash-mismatch'));
    await assertNothingLeft(hashOf(bytes));
  });

  test('a full disk is said as what it is', async () => {
    const full = new HoldfastError('disk.full', 'No space is left.');
    await assert.rejects(content().add(pieces(full)), coded('disk.full'));
  });

  test('the same bytes sent twice at the same time are one content', async () => {
    const bytes = Buffer.alloc(300_000, 'twice');
    await Promise.all([content().add(pieces(bytes)), content().add(pieces(bytes))]);
    assert.equal(await content().size(hashOf(bytes)), bytes.length);
  });

  test('a name that is no hash is not there', async () => {
    for (const name of ['../keys/policy.key', 'incoming', ''])
      assert.equal(await content().size(name), undefined);
    await assert.rejects(read('0'.repeat(64), 0, 1), coded('content.not-found'));
  });
});
