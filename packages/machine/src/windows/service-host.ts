/** This process as a service of Windows. Source: winsvc.h, learn.microsoft.com/windows/win32/services. */
import type { LaunchedService } from '@holdfast/ports';
import { loadWindowsAddon } from '../shared/koffi.ts';
import { serviceControl, serviceState } from './service-calls.ts';

export type ServiceHost = LaunchedService & {
  /**
   * Tells the manager that the service has ended; whoever called exits at once, for who waits for the end means the files
   * that this process runs from. An end that nobody asked for is told as a failure whatever its exit code, so that the
   * recovery actions start the service again. A process that exits without this tells it all the same.
   */
  end(exitCode: number): Promise<void>;
};

/** Controls that it takes beside `stop` and `interrogate`. */
const control = { shutdown: 5, powerEvent: 13, sessionChange: 14, preshutdown: 15 } as const;
/** SERVICE_ACCEPT_: stop, shutdown, power event, session change, preshutdown. */
const accepted = 0x1 | 0x4 | 0x40 | 0x80 | 0x100;
const ownProcess = 0x10;
/** Win32 errors: the service has no such control; the process ended unasked. */
const callNotImplemented = 120;
const processAborted = 1067;
/** ERROR_SERVICE_SPECIFIC_ERROR: the exit code is one of the service's own. */
const specificError = 1066;
/** PBT_APMRESUMESUSPEND, PBT_APMRESUMEAUTOMATIC, PBT_APMPOWERSTATUSCHANGE: other power, or power again. */
const powerEvents: readonly number[] = [7, 18, 10];

/** Milliseconds between two signs of progress while it ends, and those that it asks the manager to wait for one. */
const progressMs = 1000;
const waitHintMs = 10_000;
/** Milliseconds that a clean end may take; the journal survives one that is not. As the unit of Linux has it. */
const stopLimitMs = 60_000;

type Calls = {
  /** Resolves when the services of this process have stopped: at once and with false where no manager has started it. */
  dispatch(begin: () => void): Promise<boolean>;
  register(handle: (control: number, event: number) => number): bigint;
  setStatus(service: bigint, status: Buffer): boolean;
};

function bind(): Calls {
  const koffi = loadWindowsAddon();
  const rights = koffi.load('advapi32.dll');
  const serviceMain = koffi.pointer(koffi.proto('void HoldfastServiceMain(uint32 count, void *words)'));
  const handler = koffi.pointer(
    koffi.proto('uint32 HoldfastServiceHandler(uint32 control, uint32 event, void *data, void *context)'),
  );
  const entry = koffi.struct('HoldfastServiceEntry', { name: 'str16', main: serviceMain });
  const dispatcher = rights.func('StartServiceCtrlDispatcherW', 'bool', [koffi.pointer(entry)]);
  const register = rights.func('RegisterServiceCtrlHandlerExW', 'void *', ['str16', handler, 'void *']);
  return {
    dispatch: (begin) =>
      new Promise((resolve, reject) => {
        const table = [
          { name: '', main: koffi.register(begin, serviceMain) },
          { name: null, main: null },
        ];
        dispatcher.async(table, (failure: unknown, done: boolean) =>
          failure ? reject(failure) : resolve(done),
        );
      }),
    // A process of one service: the manager goes by the process, the name stays empty.
    register: (handle) => register('', koffi.register(handle, handler), null),
    setStatus: rights.func('bool SetServiceStatus(void *service, void *status)'),
  };
}

type Told = { readonly exitCode?: number; readonly checkPoint?: number };

/** SERVICE_STATUS */
function statusBlock(state: number, { exitCode = 0, checkPoint = 0 }: Told): Buffer {
  const status = Buffer.alloc(28);
  status.writeUInt32LE(ownProcess);
  status.writeUInt32LE(state, 4);
  status.writeUInt32LE(state === serviceState.running ? accepted : 0, 8);
  status.writeUInt32LE(exitCode === 0 ? 0 : specificError, 12);
  status.writeUInt32LE(exitCode, 16);
  status.writeUInt32LE(checkPoint, 20);
  status.writeUInt32LE(checkPoint === 0 ? 0 : waitHintMs, 24);
  return status;
}

/**
 * Answers the service manager for this process from now on. Its answers come from the event loop, so that a client whose
 * loop hangs is one that does not answer. Undefined where no service manager has started this process.
 */
export async function windowsServiceHost(): Promise<ServiceHost | undefined> {
  const calls = bind();
  const stopped = new AbortController();
  const watchers = new Set<() => void>();
  let service = 0n;
  const tell = (state: number, told: Told = {}) => void calls.setStatus(service, statusBlock(state, told));
  const progress = tellProgress(tell);

  const stopping = () => {
    if (stopped.signal.aborted) return;
    progress.begin();
    stopped.abort(new Error('stopped by the service manager'));
  };
  const stirred = () => {
    for (const changed of watchers) changed();
  };

  /** Answers the manager; what follows from that happens in a later turn, when the manager has its answer. */
  function handle(wanted: number, event: number): number {
    switch (wanted) {
      case serviceControl.interrogate:
        return 0;
      case serviceControl.stop:
      case control.shutdown:
      case control.preshutdown:
        setImmediate(stopping);
        return 0;
      case control.powerEvent:
        if (powerEvents.includes(event)) setImmediate(stirred);
        return 0;
      case control.sessionChange:
        setImmediate(stirred);
        return 0;
      default:
        return callNotImplemented;
    }
  }

  const began = Promise.withResolvers<true>();
  const dispatched = calls.dispatch(() => {
    service = calls.register(handle);
    tell(serviceState.startPending, { checkPoint: 1 });
    // What it does can be waited for; that it is there is said before a version of the client is loaded.
    tell(serviceState.running);
    began.resolve(true);
  });
  const runs = await Promise.race([began.promise, dispatched.then(() => false)]);
  if (!runs) return undefined;

  let ended = false;
  function tellEnd(exitCode: number): void {
    if (ended) return;
    ended = true;
    progress.end();
    const asked = stopped.signal.aborted;
    tell(serviceState.stopped, { exitCode: asked ? exitCode : exitCode || processAborted });
  }
  // Node waits for its threads when it exits, and the dispatcher's goes on until the service has stopped: a client that
  // exits, or fails, would stay for ever, and nobody would start another one.
  process.once('exit', (exitCode) => {
    tellEnd(exitCode);
    process.kill(process.pid, 'SIGKILL');
  });

  return {
    stopped: stopped.signal,
    watch: (changed) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    // The manager wants no signs of life: it asks when it wants one.
    supervisor: {
      patienceMs: null,
      ready: () => undefined,
      alive: () => undefined,
      status: () => undefined,
      stopping: progress.begin,
      close: () => undefined,
    },
    async end(exitCode) {
      progress.end();
      await new Promise((resolve) => setImmediate(resolve));
      tellEnd(exitCode);
    },
  };
}

/** Says again and again that the service is about to stop, until it has, or has taken too long. */
function tellProgress(tell: (state: number, told: Told) => void): { begin(): void; end(): void } {
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    begin() {
      if (timer !== undefined) return;
      let checkPoint = 1;
      tell(serviceState.stopPending, { checkPoint });
      timer = setInterval(() => {
        checkPoint += 1;
        if (checkPoint * progressMs > stopLimitMs) process.exit(processAborted);
        tell(serviceState.stopPending, { checkPoint });
      }, progressMs);
    },
    end: () => clearInterval(timer),
  };
}
