/** Unchanged check-ins over keep-alive mutual TLS, against bare node:https with the same TLS answering a constant. */
import { join } from 'node:path';
import type { Figure } from './figure.ts';
import { cpuSeconds, median, type Side, startSide } from './measure.ts';
import type { SiteReady } from './sides/site.ts';

const rounds = 5;
const secondsARound = 4;
const sides = join(import.meta.dirname, 'sides');

/** Requests per CPU second of the server. */
async function round(load: Side<unknown>, server: Side<{ port: number }>): Promise<number> {
  const before = cpuSeconds(server.pid);
  const answer = JSON.parse(
    await load.send(JSON.stringify({ port: server.ready.port, seconds: secondsARound })),
  ) as { requests: number; unexpected: number };
  if (answer.unexpected > 0) throw new Error(`${answer.unexpected} answers were not 304.`);
  return answer.requests / (cpuSeconds(server.pid) - before);
}

export async function checkin(): Promise<readonly Figure[]> {
  const site = await startSide<SiteReady>(0, process.execPath, [join(sides, 'site.ts'), '50']);
  const bare = await startSide<{ port: number }>(0, process.execPath, [
    join(sides, 'bare-https.ts'),
    site.ready.keys,
  ]);
  const load = await startSide(1, process.execPath, [join(sides, 'load.ts'), site.ready.material]);
  try {
    // One round of each to warm up; then in turn, so that a change of the machine's speed meets both.
    await round(load, bare);
    await round(load, site);
    const pairs: { bare: number; site: number }[] = [];
    for (let index = 0; index < rounds; index += 1) {
      pairs.push({ bare: await round(load, bare), site: await round(load, site) });
    }
    return [
      {
        name: 'checkin: requests per CPU second of the server, site to bare node:https',
        value: median(pairs.map((pair) => pair.site / pair.bare)),
        unit: 'times',
        target: { atLeast: 0.6 },
        sides: { site: median(pairs.map((pair) => pair.site)), bare: median(pairs.map((pair) => pair.bare)) },
      },
    ];
  } finally {
    await Promise.all([load.stop(), bare.stop()]);
    await site.stop();
  }
}
