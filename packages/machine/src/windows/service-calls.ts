/** The calls of the service control manager. Source: winsvc.h, learn.microsoft.com/windows/win32/services. */
import { type Handle, loadKoffi, win32, winError } from './win32.ts';

export const serviceRight = {
  connect: 0x1,
  queryConfiguration: 0x1,
  changeConfiguration: 0x2,
  create: 0x2,
  enumerate: 0x4,
  queryStatus: 0x4,
  start: 0x10,
  stop: 0x20,
  interrogate: 0x80,
  /** Standard right. */
  remove: 0x1_0000,
} as const;

export const serviceControl = { stop: 1, interrogate: 4 } as const;

/** dwCurrentState of SERVICE_STATUS. */
export const serviceState = { stopped: 1, startPending: 2, stopPending: 3, running: 4, paused: 7 } as const;

/** SERVICE_STATUS_PROCESS, as far as it is read. */
export type ServiceStatus = {
  readonly state: number;
  /** Why it ended: a Win32 error. */
  readonly exitCode: number;
  /** Moves on while it makes progress with a start or a stop. */
  readonly checkPoint: number;
  /** Milliseconds that its next step may take. */
  readonly waitHint: number;
  /** Process that it runs in; 0 while it does not. */
  readonly pid: number;
};

/** SERVICE_STATUS_PROCESS: nine numbers of 32 bits. */
export const statusLength = 36;

export function statusIn(block: Buffer): ServiceStatus {
  return {
    state: block.readUInt32LE(4),
    exitCode: block.readUInt32LE(12),
    checkPoint: block.readUInt32LE(20),
    waitHint: block.readUInt32LE(24),
    pid: block.readUInt32LE(28),
  };
}

type ServiceCalls = {
  openManager(access: number): Handle | null;
  openService(manager: Handle, name: string, access: number): Handle | null;
  closeService(handle: Handle): void;
  queryStatus(service: Handle, block: Buffer): boolean;
  /** 0 or a Win32 error. Both may take as long as the service likes, up to 30 s: they wait on another thread. */
  start(service: Handle): Promise<number>;
  control(service: Handle, control: number): Promise<number>;
  /** All services that run programs and are not stopped. False with ERROR_MORE_DATA: `needed` is told. */
  enumerateActive(manager: Handle, block: Buffer | null, needed: Buffer, returned: Buffer): boolean;
  /** Where a block of memory is, for pointers into it. */
  addressOf(block: Buffer): bigint;
};

let bound: ServiceCalls | undefined;

export function serviceCalls(): ServiceCalls {
  bound ??= bind();
  return bound;
}

const enumerateWith = { processInformation: 0, programs: 0x30, active: 1 } as const;

/** Milliseconds: what fails sooner than that has waited for nobody. */
const atOnceMs = 3000;

/** A function of koffi: called here, or on another thread. */
type Call = {
  (...words: readonly unknown[]): boolean;
  async(...words: readonly unknown[]): void;
};

/**
 * 0 or a Win32 error of a call that a service may keep waiting. On the other thread its error number stays unseen: what was
 * refused at once is asked for once more here, and what took its time was not answered.
 */
async function patiently(call: Call, ...words: readonly unknown[]): Promise<number> {
  const began = performance.now();
  const done = await new Promise<boolean>((resolve, reject) => {
    call.async(...words, (failure: unknown, result: boolean) =>
      failure ? reject(failure) : resolve(result),
    );
  });
  if (done) return 0;
  if (performance.now() - began >= atOnceMs) return winError.serviceTimeout;
  return call(...words) ? 0 : win32().lastError();
}

function bind(): ServiceCalls {
  const koffi = loadKoffi();
  const library = koffi.load('advapi32.dll');
  const openManager = library.func('void *OpenSCManagerW(str16 machine, str16 database, uint32 access)');
  const closeService = library.func('bool CloseServiceHandle(void *handle)');
  const queryStatus = library.func(
    'bool QueryServiceStatusEx(void *service, int level, void *block, uint32 size, void *needed)',
  );
  const start: Call = library.func('bool StartServiceW(void *service, uint32 count, void *words)');
  const control: Call = library.func('bool ControlService(void *service, uint32 control, void *status)');
  const enumerate = library.func(
    'bool EnumServicesStatusExW(void *manager, int level, uint32 type, uint32 state, void *block, uint32 size, void *needed, void *returned, void *resume, str16 group)',
  );
  return {
    openManager: (access) => openManager(null, null, access),
    openService: library.func('void *OpenServiceW(void *manager, str16 name, uint32 access)'),
    closeService: (handle) => void closeService(handle),
    queryStatus: (service, block) => queryStatus(service, 0, block, block.length, Buffer.alloc(4)),
    start: (service) => patiently(start, service, 0, null),
    control: (service, wanted) => patiently(control, service, wanted, Buffer.alloc(statusLength)),
    enumerateActive: (manager, block, needed, returned) =>
      enumerate(
        manager,
        enumerateWith.processInformation,
        enumerateWith.programs,
        enumerateWith.active,
        block,
        block?.length ?? 0,
        needed,
        returned,
        Buffer.alloc(4),
        null,
      ),
    addressOf: (block) => koffi.address(block),
  };
}
