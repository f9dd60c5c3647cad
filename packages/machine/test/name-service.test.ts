/** The system's resolver over a name server of the test's own, and the domains that a machine counts itself to. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import type { ServiceAddress } from '@holdfast/ports';
import { nameServiceContract } from '@holdfast/ports/suites';
import { domainsOf } from '../src/linux/names.ts';
import { systemNames } from '../src/shared/name-service.ts';

const [srvType, noSuchName, timeToLive] = [33, 3, 60];

function encodedName(name: string): Buffer {
  const labels = name
    .split('.')
    .map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1'));
  return Buffer.concat([...labels, Buffer.of(0)]);
}

/** The answer to one question. Source: RFC 1035, 4.1; RFC 2782. */
function answerTo(query: Buffer, table: ReadonlyMap<string, readonly ServiceAddress[]>): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const question = query.subarray(12, at + 5);
  const found = table.get(labels.join('.').toLowerCase()) ?? [];
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8180 | (found.length > 0 ? 0 : noSuchName), 2);
  for (const [offset, count] of [
    [4, 1],
    [6, found.length],
    [8, 0],
    [10, 0],
  ] as const) {
    header.writeUInt16BE(count, offset);
  }
  const records = found.map(({ host, port, priority, weight }) => {
    const target = encodedName(host);
    const record = Buffer.alloc(18);
    // The name of the question, by a pointer to it.
    for (const [offset, value] of [
      [0, 0xc00c],
      [2, srvType],
      [4, 1],
      [8, timeToLive],
      [10, 6 + target.length],
      [12, priority],
      [14, weight],
      [16, port],
    ] as const) {
      record.writeUInt16BE(value, offset);
    }
    return Buffer.concat([record, target]);
  });
  return Buffer.concat([header, question, ...records]);
}

nameServiceContract(async () => {
  const table = new Map<string, readonly ServiceAddress[]>();
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => socket.send(answerTo(query, table), from.port, from.address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  let isOpen = true;
  const close = async () => {
    if (!isOpen) return;
    isOpen = false;
    socket.close();
    await once(socket, 'close');
  };
  return {
    names: systemNames(async () => domainsOf('host.example', ''), [`127.0.0.1:${socket.address().port}`]),
    put: (name, addresses) => void table.set(name, addresses),
    silence: close,
    cleanup: close,
  };
});

test('domains are those of the host name, then those of the last search line', () => {
  const file =
    'nameserver 10.0.0.1\nsearch old.example\n# search no.example\nsearch Sub.Example. example bad_name\n';
  assert.deepEqual(domainsOf('host.corp.example', file), ['corp.example', 'sub.example', 'example']);
  assert.deepEqual(domainsOf('host', 'domain a.example\n'), ['a.example']);
  assert.deepEqual(domainsOf('host', ''), []);
});
