/** What the network costs, by the Network List Manager: INetworkCostManager::GetCost (netlistmgr.h), over COM. */
import { loadKoffi } from './win32.ts';

/** CLSID_NetworkListManager and IID_INetworkCostManager, as they lie in memory. */
const networkListManager = Buffer.from('010cb0dc0f579b4a8d69199fdba5723b', 'hex');
const networkCostManager = Buffer.from('0800b0dc0f579b4a8d69199fdba5723b', 'hex');

/** NLM_CONNECTION_COST: a volume that is paid for, by volume, used up, away from home. */
const paidByVolume = 0x2 | 0x4 | 0x10000 | 0x40000;

const multithreaded = 0;
/** CLSCTX_ALL */
const anyServer = 23;
/** Places in the table of the interface's functions: after those of IUnknown comes GetCost. */
const place = { release: 2, getCost: 3 } as const;

type Calls = {
  create(made: Buffer): number;
  /** The function at a place of an object's table, called with it. */
  call(object: bigint, index: number, ...words: readonly unknown[]): number;
};

let bound: Calls | undefined;

function bind(): Calls {
  const koffi = loadKoffi();
  const library = koffi.load('ole32.dll');
  const initialize = library.func('int CoInitializeEx(void *reserved, uint32 kind)');
  const createInstance = library.func(
    'int CoCreateInstance(void *class, void *outer, uint32 context, void *interface, void *made)',
  );
  const signatures = {
    [place.release]: koffi.proto('uint32 HoldfastRelease(void *object)'),
    [place.getCost]: koffi.proto('int HoldfastGetCost(void *object, void *cost, void *address)'),
  };
  // Whoever has set up COM on this thread before, in whatever way, has done it for us too.
  initialize(null, multithreaded);
  const pointerAt = (address: bigint) => Buffer.from(koffi.view(address, 8)).readBigUInt64LE();
  return {
    create: (made) => createInstance(networkListManager, null, anyServer, networkCostManager, made),
    call(object, index, ...words) {
      const signature = index === place.release ? signatures[place.release] : signatures[place.getCost];
      const method = pointerAt(pointerAt(object) + BigInt(index * 8));
      return koffi.call(method, signature, object, ...words);
    },
  };
}

/** Whether a network of this cost is paid by volume; not where Windows does not tell. */
export function isMetered(cost: number | undefined): boolean {
  return cost !== undefined && (cost & paidByVolume) !== 0;
}

/** NLM_CONNECTION_COST of the machine's network; undefined where Windows does not tell (before Windows 8). */
export function networkCost(): number | undefined {
  bound ??= bind();
  const made = Buffer.alloc(8);
  if (bound.create(made) < 0) return undefined;
  const manager = made.readBigUInt64LE();
  try {
    const cost = Buffer.alloc(4);
    return bound.call(manager, place.getCost, cost, null) < 0 ? undefined : cost.readUInt32LE();
  } finally {
    bound.call(manager, place.release);
  }
}
