/** How a service of Windows is defined: looked at, compared, restored. Source: winsvc.h, learn.microsoft.com/windows/win32/services. */
import { systemError } from '@holdfast/contract';
import {
  configurationCalls,
  readConfiguration,
  readInformation,
  writeInformation,
} from './service-configuration-calls.ts';
import { type Handle, win32 } from './win32.ts';

/** A service of a process of its own, under LocalSystem, started late with the machine. */
export type ServiceDefinition = {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  /** The whole command line, quoted as Windows parts it. */
  readonly command: string;
  /** Milliseconds until it is started again after its first, second and any later failure. */
  readonly restartAfterMs: readonly number[];
  /** Seconds without a failure after which the next one is the first again. */
  readonly forgetFailuresAfterSeconds: number;
  /** Milliseconds that it has to end before the machine does. */
  readonly preshutdownMs: number;
};

const ownProcess = 0x10;
export const startType = { automatic: 2, disabled: 4 } as const;
/** SERVICE_ERROR_NORMAL: the machine starts all the same. */
const errorNormal = 1;
/** Names of the account: LocalSystem has several. */
const localSystem = /^(?:\.\\)?LocalSystem$|^NT AUTHORITY\\SYSTEM$/i;
/** Levels of ChangeServiceConfig2W. */
const information = {
  description: 1,
  failureActions: 2,
  delayedStart: 3,
  failureFlag: 4,
  preshutdown: 7,
} as const;
/** SC_ACTION_RESTART */
const actionRestart = 1;

/** What is wrong with a service's definition, each as a clause. */
export type ServiceDifferences = {
  readonly definition: readonly string[];
  /** It does not start with the machine. */
  readonly start: readonly string[];
};

/** Compares a service with its definition. What this Windows keeps nothing of is not compared. */
export function compareService(service: Handle, wanted: ServiceDefinition): ServiceDifferences {
  const found = readConfiguration(service);
  const differing = (word: string, differs: boolean) => (differs ? [word] : []);
  const start = found.startType === startType.automatic ? [] : [startWords(found.startType)];
  const late = readInformation(service, information.delayedStart);
  const failures = readInformation(service, information.failureActions);
  const flag = readInformation(service, information.failureFlag);
  return {
    definition: [
      ...differing('it runs another command', found.command !== wanted.command),
      ...differing('it runs under another account', !localSystem.test(found.account)),
      ...differing('it is of another type', found.type !== ownProcess),
      ...differing('it waits for other services', found.dependencies !== ''),
      ...differing('it does not start late', late !== undefined && late.block.readUInt32LE() === 0),
      ...differing('its recovery actions are others', failures !== undefined && !restarts(failures, wanted)),
      ...differing(
        'a failure with an exit code is not recovered from',
        flag !== undefined && flag.block.readUInt32LE() === 0,
      ),
    ],
    start,
  };
}

function startWords(type: number): string {
  return type === startType.disabled ? 'it is disabled' : 'it does not start with the machine';
}

/** SERVICE_FAILURE_ACTIONSW: period, two texts, how many actions, and where they are. */
function restarts({ block, base }: { block: Buffer; base: bigint }, wanted: ServiceDefinition): boolean {
  const count = block.readUInt32LE(24);
  if (block.readUInt32LE(0) !== wanted.forgetFailuresAfterSeconds) return false;
  if (count !== wanted.restartAfterMs.length) return false;
  const at = Number(block.readBigUInt64LE(32) - base);
  return wanted.restartAfterMs.every(
    (delay, index) =>
      block.readUInt32LE(at + 8 * index) === actionRestart &&
      block.readUInt32LE(at + 8 * index + 4) === delay,
  );
}

/** Makes the service. @throws HoldfastError `system.*` */
export function createService(manager: Handle, wanted: ServiceDefinition): Handle {
  const service = configurationCalls().create(manager, wanted.name, wanted.displayName, {
    type: ownProcess,
    start: startType.automatic,
    errors: errorNormal,
    command: wanted.command,
  });
  if (service !== null) return service;
  throw systemError(win32().lastError(), `The service ${wanted.name} cannot be made`);
}

/** Gives a service its whole definition; whether it runs stays as it is. @throws HoldfastError `system.*` */
export function configureService(service: Handle, wanted: ServiceDefinition): void {
  const done = configurationCalls().change(service, {
    type: ownProcess,
    start: startType.automatic,
    errors: errorNormal,
    command: wanted.command,
    // An empty list takes away what was there, where null would leave it.
    dependencies: '\0',
    account: 'LocalSystem',
    displayName: wanted.displayName,
  });
  if (!done) throw systemError(win32().lastError(), `The service ${wanted.name} cannot be configured`);
  const words = Buffer.from(`${wanted.description}\0`, 'utf16le');
  // SERVICE_DESCRIPTIONW: where the text is.
  writeInformation(service, information.description, Buffer.concat([Buffer.alloc(8), words]), {
    at: 0,
    to: 8,
  });
  const actions = failureActions(wanted);
  writeInformation(service, information.failureActions, actions, { at: 32, to: actionsAt });
  writeInformation(service, information.delayedStart, numberBlock(1));
  writeInformation(service, information.failureFlag, numberBlock(1));
  writeInformation(service, information.preshutdown, numberBlock(wanted.preshutdownMs));
}

function numberBlock(value: number): Buffer {
  const block = Buffer.alloc(4);
  block.writeUInt32LE(value);
  return block;
}

const actionsAt = 40;

/** SERVICE_FAILURE_ACTIONSW with its actions behind it. */
function failureActions(wanted: ServiceDefinition): Buffer {
  const block = Buffer.alloc(actionsAt + 8 * wanted.restartAfterMs.length);
  block.writeUInt32LE(wanted.forgetFailuresAfterSeconds);
  block.writeUInt32LE(wanted.restartAfterMs.length, 24);
  for (const [index, delay] of wanted.restartAfterMs.entries()) {
    block.writeUInt32LE(actionRestart, actionsAt + 8 * index);
    block.writeUInt32LE(delay, actionsAt + 8 * index + 4);
  }
  return block;
}
