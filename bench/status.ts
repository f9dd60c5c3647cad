/** Durable status messages through the site, against the same rows straight into node:sqlite in the same batches. */
import { join } from 'node:path';
import type { Figure } from './figure.ts';
import { cpuSeconds, median, type Side, startSide } from './measure.ts';
import type { SiteReady } from './sides/site.ts';

const rounds = 5;
const sides = join(import.meta.dirname, 'sides');

/** Messages in a batch; batches that each of the clients sends in a round. */
const batchSize = 100;
const batchesEach = 10;

type Round = { rows: number; wallSeconds: number };

async function round(
  driver: Side<unknown>,
  measured: Side<unknown>,
  order: object,
): Promise<{ perCpu: number; perSecond: number }> {
  const before = cpuSeconds(measured.pid);
  const { rows, wallSeconds } = JSON.parse(await driver.send(JSON.stringify(order))) as Round;
  return { perCpu: rows / (cpuSeconds(measured.pid) - before), perSecond: rows / wallSeconds };
}

export async function status(): Promise<readonly Figure[]> {
  const site = await startSide<SiteReady>(0, process.execPath, [join(sides, 'site.ts'), '20']);
  const load = await startSide(1, process.execPath, [join(sides, 'status-load.ts'), site.ready.material]);
  const direct = await startSide(0, process.execPath, [join(sides, 'direct-sqlite.ts')]);
  const order = { port: site.ready.port, batchSize, batchesEach, clients: 20 };
  try {
    await round(direct, direct, order);
    await round(load, site, order);
    const pairs = [];
    for (let index = 0; index < rounds; index += 1) {
      pairs.push({ direct: await round(direct, direct, order), site: await round(load, site, order) });
    }
    return [
      {
        name: 'status: durable messages per CPU second, site to node:sqlite alone',
        value: median(pairs.map((pair) => pair.site.perCpu / pair.direct.perCpu)),
        unit: 'times',
        target: { atLeast: 0.3 },
        sides: {
          site: median(pairs.map((pair) => pair.site.perCpu)),
          sqlite: median(pairs.map((pair) => pair.direct.perCpu)),
        },
      },
      {
        name: 'status: durable messages per second of the clock, site to node:sqlite alone',
        value: median(pairs.map((pair) => pair.site.perSecond / pair.direct.perSecond)),
        unit: 'times',
        target: { atLeast: 0.3 },
        sides: {
          site: median(pairs.map((pair) => pair.site.perSecond)),
          sqlite: median(pairs.map((pair) => pair.direct.perSecond)),
        },
      },
    ];
  } finally {
    await Promise.all([load.stop(), direct.stop()]);
    await site.stop();
  }
}
