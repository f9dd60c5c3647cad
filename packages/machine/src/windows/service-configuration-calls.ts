/** The calls that read and write how a service is defined. Source: winsvc.h. */
import { systemError } from '@holdfast/contract';
import { loadKoffi } from '../shared/koffi.ts';
import { serviceCalls } from './service-calls.ts';
import { textAt } from './wide-text.ts';
import { type Handle, win32, winError } from './win32.ts';

/** What a service is made with. */
type Made = {
  readonly type: number;
  readonly start: number;
  readonly errors: number;
  readonly command: string;
};
type Changed = Made & {
  readonly dependencies: string;
  readonly account: string;
  readonly displayName: string;
};

type ConfigurationCalls = {
  /** With all rights; null with an error number. */
  create(manager: Handle, name: string, displayName: string, made: Made): Handle | null;
  change(service: Handle, changed: Changed): boolean;
  /** Changes when it starts, and nothing else. */
  changeStart(service: Handle, start: number): boolean;
  changeInformation(service: Handle, level: number, block: Buffer): boolean;
  query(service: Handle, block: Buffer | null, needed: Buffer): boolean;
  queryInformation(service: Handle, level: number, block: Buffer | null, needed: Buffer): boolean;
  remove(service: Handle): boolean;
};

let bound: ConfigurationCalls | undefined;

export function configurationCalls(): ConfigurationCalls {
  bound ??= bind();
  return bound;
}

const allAccess = 0xf01ff;
/** SERVICE_NO_CHANGE */
const noChange = 0xffff_ffff;

function bind(): ConfigurationCalls {
  const library = loadKoffi().load('advapi32.dll');
  const create = library.func(
    'void *CreateServiceW(void *manager, str16 name, str16 display, uint32 access, uint32 type, uint32 start, uint32 errors, str16 command, str16 group, void *tag, str16 dependencies, str16 account, str16 password)',
  );
  const change = library.func(
    'bool ChangeServiceConfigW(void *service, uint32 type, uint32 start, uint32 errors, str16 command, str16 group, void *tag, str16 dependencies, str16 account, str16 password, str16 display)',
  );
  const query = library.func(
    'bool QueryServiceConfigW(void *service, void *block, uint32 size, void *needed)',
  );
  const queryInformation = library.func(
    'bool QueryServiceConfig2W(void *service, uint32 level, void *block, uint32 size, void *needed)',
  );
  return {
    create: (manager, name, displayName, { type, start, errors, command }) =>
      create(
        manager,
        name,
        displayName,
        allAccess,
        type,
        start,
        errors,
        command,
        null,
        null,
        null,
        null,
        null,
      ),
    change: (service, { type, start, errors, command, dependencies, account, displayName }) =>
      change(service, type, start, errors, command, null, null, dependencies, account, null, displayName),
    changeStart: (service, start) =>
      change(service, noChange, start, noChange, null, null, null, null, null, null, null),
    changeInformation: library.func('bool ChangeServiceConfig2W(void *service, uint32 level, void *block)'),
    query: (service, block, needed) => query(service, block, block?.length ?? 0, needed),
    queryInformation: (service, level, block, needed) =>
      queryInformation(service, level, block, block?.length ?? 0, needed),
    remove: library.func('bool DeleteService(void *service)'),
  };
}

/** ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_LEVEL, ERROR_CALL_NOT_IMPLEMENTED. */
const insufficientBuffer = 122;
const unknownLevel: readonly number[] = [124, 120];

/** A structure with pointers into itself. */
export type PointedBlock = { readonly block: Buffer /** Where the block is. */; readonly base: bigint };

/** Asks for the size, then for the content. Undefined with an error number. */
function sized(ask: (block: Buffer | null, needed: Buffer) => boolean): PointedBlock | undefined {
  const needed = Buffer.alloc(4);
  if (ask(null, needed) || win32().lastError() !== insufficientBuffer) return undefined;
  const block = Buffer.alloc(needed.readUInt32LE());
  return ask(block, needed) ? { block, base: serviceCalls().addressOf(block) } : undefined;
}

export type ServiceConfiguration = {
  readonly type: number;
  readonly startType: number;
  readonly command: string;
  /** Names of what it waits for, NUL between them; empty for none. */
  readonly dependencies: string;
  readonly account: string;
};

/** QUERY_SERVICE_CONFIGW. @throws HoldfastError `system.*` */
export function readConfiguration(service: Handle): ServiceConfiguration {
  const found = sized((block, needed) => configurationCalls().query(service, block, needed));
  if (found === undefined)
    throw systemError(win32().lastError(), 'The service manager tells no configuration');
  const { block, base } = found;
  const text = (at: number) => {
    const pointer = block.readBigUInt64LE(at);
    return pointer === 0n ? '' : textAt(block, Number(pointer - base));
  };
  return {
    type: block.readUInt32LE(0),
    startType: block.readUInt32LE(4),
    command: text(16),
    dependencies: text(40),
    account: text(48),
  };
}

/** One level of QueryServiceConfig2W; undefined where this Windows keeps nothing of it. @throws HoldfastError `system.*` */
export function readInformation(service: Handle, level: number): PointedBlock | undefined {
  const found = sized((block, needed) =>
    configurationCalls().queryInformation(service, level, block, needed),
  );
  if (found !== undefined) return found;
  const error = win32().lastError();
  if (unknownLevel.includes(error)) return undefined;
  throw systemError(error, 'The service manager tells only a part of a configuration');
}

/**
 * One level of ChangeServiceConfig2W; a level that this Windows does not know is left out.
 * @param pointer where in the block stands where in the block something is, in bytes
 * @throws HoldfastError `system.*`
 */
export function writeInformation(
  service: Handle,
  level: number,
  block: Buffer,
  pointer?: { readonly at: number; readonly to: number },
): void {
  if (pointer) block.writeBigUInt64LE(serviceCalls().addressOf(block) + BigInt(pointer.to), pointer.at);
  if (configurationCalls().changeInformation(service, level, block)) return;
  const error = win32().lastError();
  if (!unknownLevel.includes(error)) throw systemError(error, 'A part of the configuration was refused');
}

/** @throws HoldfastError `system.*` */
export function markForDeletion(service: Handle): void {
  if (configurationCalls().remove(service)) return;
  const error = win32().lastError();
  if (error !== winError.markedForDelete) throw systemError(error, 'The service cannot be removed');
}
