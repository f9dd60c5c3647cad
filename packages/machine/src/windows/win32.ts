/** The calls into Windows that Node does not make itself, through koffi; loaded at the first call, and never elsewhere. */
import { loadKoffi } from '../shared/koffi.ts';

/** An open kernel object. */
export type Handle = bigint;

export const accessRight = {
  listFolder: 0x1,
  terminate: 0x1,
  queryJob: 0x4,
  duplicateHandle: 0x40,
  setQuota: 0x100,
  writeAttributes: 0x100,
  queryLimited: 0x1000,
} as const;
/** Standard right: waiting for the object. */
export const synchronize = 0x0010_0000;
export const invalidHandle: Handle = 0xffff_ffff_ffff_ffffn;
/** Win32 error codes. Source: "System Error Codes", learn.microsoft.com/windows/win32/debug/system-error-codes. */
export const winError = {
  fileNotFound: 2,
  pathNotFound: 3,
  accessDenied: 5,
  sharingViolation: 32,
  moreData: 234,
  serviceTimeout: 1053,
  serviceRunsAlready: 1056,
  noService: 1060,
  serviceNotActive: 1062,
  processAborted: 1067,
  markedForDelete: 1072,
} as const;
/** WaitForSingleObject: the time is over, the object not signalled. */
export const waitTimeout = 258;

/** DuplicateHandle: with the rights of the handle that is copied. */
const sameAccess = 2;

export type Win32 = {
  lastError(): number;
  closeHandle(handle: Handle): void;
  createFile(path: string, access: number, share: number, disposition: number, flags: number): Handle;
  fileInformation(handle: Handle, information: Buffer): boolean;
  /** When the file was created; when it was read and modified stays as it is. */
  setCreated(handle: Handle, created: Buffer): boolean;
  openProcess(access: number, pid: number): Handle | null;
  processTimes(process: Handle, created: Buffer, exited: Buffer, kernel: Buffer, user: Buffer): boolean;
  wait(handle: Handle, milliseconds: number): number;
  /** A name that is taken gives the job object that has it. */
  createJob(name: string | null): Handle | null;
  openJob(access: number, name: string): Handle | null;
  /** Gives a process a handle of its own on an object of ours; it goes on to what that process starts. */
  shareWith(process: Handle, object: Handle): boolean;
  jobInformation(job: Handle, kind: number, information: Buffer): boolean;
  assignToJob(job: Handle, process: Handle): boolean;
  terminateJob(job: Handle, exitCode: number): boolean;
  systemInformation(kind: number, information: Buffer): boolean;
  registryValue(
    hive: bigint,
    key: string,
    name: string,
    flags: number,
    type: Buffer,
    data: Buffer | null,
    size: Buffer,
  ): number;
  msiProductState(productCode: string): number;
  msiProductInfo(productCode: string, property: string, value: Buffer, length: Buffer): number;
  versionSize(path: string): number;
  versionInfo(path: string, size: number, block: Buffer): boolean;
};

let loaded: Win32 | undefined;

/** The calls, bound once. */
export function win32(): Win32 {
  loaded ??= bind();
  return loaded;
}

export { loadKoffi };

function bind(): Win32 {
  const koffi = loadKoffi();
  const kernel = koffi.load('kernel32.dll');
  const native = koffi.load('ntdll.dll');
  const rights = koffi.load('advapi32.dll');
  const installer = koffi.load('msi.dll');
  const version = koffi.load('version.dll');
  const call = {
    closeHandle: kernel.func('bool CloseHandle(void *handle)'),
    createFile: kernel.func(
      'void *CreateFileW(str16 path, uint32 access, uint32 share, void *security, uint32 how, uint32 flags, void *template)',
    ),
    setFileTime: kernel.func('bool SetFileTime(void *file, void *created, void *read, void *modified)'),
    openProcess: kernel.func('void *OpenProcess(uint32 access, bool inherit, uint32 pid)'),
    createJob: kernel.func('void *CreateJobObjectW(void *security, str16 name)'),
    openJob: kernel.func('void *OpenJobObjectW(uint32 access, bool inherit, str16 name)'),
    currentProcess: kernel.func('void *GetCurrentProcess()'),
    duplicate: kernel.func(
      'bool DuplicateHandle(void *from, void *object, void *to, void *made, uint32 access, bool inherit, uint32 how)',
    ),
    jobInformation: kernel.func(
      'bool QueryInformationJobObject(void *job, int kind, void *information, uint32 size, void *needed)',
    ),
    systemInformation: native.func(
      'int NtQuerySystemInformation(int kind, void *information, uint32 size, void *needed)',
    ),
    versionSize: version.func('uint32 GetFileVersionInfoSizeW(str16 path, void *zero)'),
    versionInfo: version.func('bool GetFileVersionInfoW(str16 path, uint32 zero, uint32 size, void *block)'),
  };
  return {
    lastError: kernel.func('uint32 GetLastError()'),
    closeHandle: (handle) => void call.closeHandle(handle),
    createFile: (path, access, share, disposition, flags) =>
      call.createFile(path, access, share, null, disposition, flags, null),
    setCreated: (handle, created) => call.setFileTime(handle, created, null, null),
    fileInformation: kernel.func('bool GetFileInformationByHandle(void *file, void *information)'),
    openProcess: (access, pid) => call.openProcess(access, false, pid),
    processTimes: kernel.func(
      'bool GetProcessTimes(void *process, void *created, void *exited, void *kernel, void *user)',
    ),
    wait: kernel.func('uint32 WaitForSingleObject(void *handle, uint32 milliseconds)'),
    createJob: (name) => call.createJob(null, name),
    openJob: (access, name) => call.openJob(access, false, name),
    shareWith: (process, object) =>
      call.duplicate(call.currentProcess(), object, process, Buffer.alloc(8), 0, true, sameAccess),
    jobInformation: (job, kind, information) =>
      call.jobInformation(job, kind, information, information.length, null),
    assignToJob: kernel.func('bool AssignProcessToJobObject(void *job, void *process)'),
    terminateJob: kernel.func('bool TerminateJobObject(void *job, uint32 code)'),
    systemInformation: (kind, information) =>
      call.systemInformation(kind, information, information.length, null) >= 0,
    registryValue: rights.func(
      'int RegGetValueW(uintptr_t hive, str16 key, str16 name, uint32 flags, void *type, void *data, void *size)',
    ),
    msiProductState: installer.func('int MsiQueryProductStateW(str16 productCode)'),
    msiProductInfo: installer.func(
      'uint32 MsiGetProductInfoW(str16 productCode, str16 property, void *value, void *length)',
    ),
    versionSize: (path) => call.versionSize(path, null),
    versionInfo: (path, size, block) => call.versionInfo(path, 0, size, block),
  };
}
