/** A service of Windows that is slow to start, or deaf once it runs: for the run inside Wine. */
import { loadKoffi } from '../src/windows/win32.ts';

const [kind] = process.argv.slice(2);
/** Milliseconds from its start until it runs. */
const startMs = kind === 'slow' ? 1500 : 0;

const koffi = loadKoffi();
const rights = koffi.load('advapi32.dll');
const serviceMain = koffi.pointer(koffi.proto('void ServiceMain(uint32 count, void *words)'));
const handler = koffi.pointer(
  koffi.proto('uint32 ServiceHandler(uint32 control, uint32 type, void *data, void *context)'),
);
const tableEntry = koffi.struct('ServiceTableEntry', { name: 'str16', main: serviceMain });
const dispatcher = rights.func('StartServiceCtrlDispatcherW', 'bool', [koffi.pointer(tableEntry)]);
const register = rights.func('RegisterServiceCtrlHandlerExW', 'void *', ['str16', handler, 'void *']);
const setStatus = rights.func('bool SetServiceStatus(void *service, void *status)');

const state = { stopped: 1, startPending: 2, running: 4 } as const;
const controlStop = 1;
const ownProcess = 0x10;
const acceptsStop = 1;

let service: unknown;

function tell(now: number): void {
  // SERVICE_STATUS
  const status = Buffer.alloc(28);
  status.writeUInt32LE(ownProcess);
  status.writeUInt32LE(now, 4);
  status.writeUInt32LE(now === state.running ? acceptsStop : 0, 8);
  setStatus(service, status);
}

function handle(control: number): number {
  // Not before the manager has its answer.
  if (control === controlStop) setImmediate(() => tell(state.stopped));
  return 0;
}

function begin(): void {
  service = register('', koffi.register(handle, handler), null);
  tell(state.startPending);
  setTimeout(() => {
    tell(state.running);
    // Whoever asks it now waits for this thread.
    if (kind === 'deaf') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }, startMs);
}

const table = [
  { name: '', main: koffi.register(begin, serviceMain) },
  { name: null, main: null },
];
dispatcher.async(table, () => process.exit());
