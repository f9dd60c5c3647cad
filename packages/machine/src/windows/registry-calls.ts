/** The calls that change the registry. Source: winreg.h. */
import { type Handle, loadKoffi } from './win32.ts';

type RegistryCalls = {
  /** The key is made where it is missing, if `create`. `failure` is 0 or a Win32 error; the key must be closed. */
  open(hive: bigint, path: string, rights: number, create: boolean): { failure: number; key: Handle };
  set(key: Handle, name: string, type: number, data: Buffer): number;
  remove(key: Handle, name: string): number;
  /** Has what was written put into the hive's file now: by itself Windows takes some seconds. */
  flush(key: Handle): number;
  close(key: Handle): void;
};

let bound: RegistryCalls | undefined;

export function registryCalls(): RegistryCalls {
  bound ??= bind();
  return bound;
}

function bind(): RegistryCalls {
  const library = loadKoffi().load('advapi32.dll');
  const create = library.func(
    'int RegCreateKeyExW(uintptr_t hive, str16 key, uint32 zero, str16 kind, uint32 options, uint32 rights, void *security, void *made, void *how)',
  );
  const open = library.func(
    'int RegOpenKeyExW(uintptr_t hive, str16 key, uint32 options, uint32 rights, void *opened)',
  );
  const set = library.func(
    'int RegSetValueExW(uintptr_t key, str16 name, uint32 zero, uint32 type, void *data, uint32 size)',
  );
  const close = library.func('int RegCloseKey(uintptr_t key)');
  return {
    open(hive, path, rights, made) {
      const handle = Buffer.alloc(8);
      const failure: number = made
        ? create(hive, path, 0, null, 0, rights, null, handle, null)
        : open(hive, path, 0, rights, handle);
      return { failure, key: handle.readBigUInt64LE() };
    },
    set: (key, name, type, data) => set(key, name, 0, type, data, data.length),
    remove: library.func('int RegDeleteValueW(uintptr_t key, str16 name)'),
    flush: library.func('int RegFlushKey(uintptr_t key)'),
    close: (key) => void close(key),
  };
}
