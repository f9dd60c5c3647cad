/** Whether Windows has started what starts with it: set-up is over, and no service is on its way. */
import type { Readiness } from '@holdfast/ports';
import { readRegistry } from './registry.ts';
import { serviceCalls, serviceRight, serviceState, statusIn } from './service-calls.ts';
import { textAt } from './wide-text.ts';
import { type Handle, win32, winError } from './win32.ts';

/** Set while Windows is installed or upgraded, up to the end of its first boots; then while its first user is asked. */
const setupKey = 'SYSTEM\\Setup';
const setupFlags = {
  SystemSetupInProgress: 'Windows is still being set up',
  OOBEInProgress: 'Windows still asks its first user',
} as const;

/** Milliseconds after which a service that still starts has hung, and is none of the start any more. */
export const startLimitMs = 15 * 60_000;

/** ENUM_SERVICE_STATUS_PROCESSW: pointers to name and display name, SERVICE_STATUS_PROCESS, four bytes of padding. */
const entry = { length: 56, status: 16 } as const;
/** Services come and go between being counted and being told of. */
const growth = 4096;

/** @param uptimeMs milliseconds since the start */
export function windowsSettled(uptimeMs: number): Readiness {
  for (const [name, reason] of Object.entries(setupFlags)) {
    const flag = readRegistry({ hive: 'HKLM', key: setupKey, name, view: '64' });
    if (flag !== undefined && flag !== '0') return { ready: false, reason, evidence: { setup: name } };
  }
  if (uptimeMs > startLimitMs) return { ready: true };
  const [service, ...others] = startingServices();
  if (service === undefined) return { ready: true };
  return {
    ready: false,
    reason: `the service ${service} still starts`,
    evidence: { service, services: others.length + 1 },
  };
}

/** Names of the services that are on their way to run; none where the manager does not tell. */
export function startingServices(): readonly string[] {
  const calls = serviceCalls();
  const manager = calls.openManager(serviceRight.enumerate);
  if (manager === null) return [];
  try {
    return startingIn(manager);
  } finally {
    calls.closeService(manager);
  }
}

function startingIn(manager: Handle): readonly string[] {
  const calls = serviceCalls();
  const [needed, returned] = [Buffer.alloc(4), Buffer.alloc(4)];
  const told = calls.enumerateActive(manager, null, needed, returned);
  if (told || win32().lastError() !== winError.moreData) return [];
  const block = Buffer.alloc(needed.readUInt32LE() + growth);
  if (!calls.enumerateActive(manager, block, needed, returned)) return [];
  const base = calls.addressOf(block);
  return Array.from({ length: returned.readUInt32LE() }, (_, index) =>
    block.subarray(index * entry.length),
  ).flatMap((one) => {
    if (statusIn(one.subarray(entry.status)).state !== serviceState.startPending) return [];
    return [textAt(block, Number(one.readBigUInt64LE() - base))];
  });
}
