/* Stands where Windows keeps its file protection: not ready (21) while a file says so, and else it has no such file (2). */
typedef unsigned int u32;
typedef unsigned short u16;
#define WINDOWS __attribute__((ms_abi))

WINDOWS u32 GetFileAttributesW(const u16 *path);
WINDOWS void SetLastError(u32 code);

WINDOWS int SfcIsFileProtected(void *server, const u16 *path) {
  int late = GetFileAttributesW((const u16 *)L"C:\\protection-is-late") != ~0u;
  SetLastError(late ? 21 : 2);
  return 0;
}

WINDOWS int begin(void) { return 1; }
