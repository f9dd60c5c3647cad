/** The files of a new package while they are on their way to the site. */
import type { ContentFile } from '@holdfast/contract/web';
import { RelativePath } from '@holdfast/contract/web';
import { useEffect, useReducer, useRef } from 'react';
import { asProblem, type Problem } from '../api/http.ts';
import { type UploadStep, upload } from '../api/upload.ts';
import { patternOf } from '../parts/limits.ts';

/** Files that are sent at the same time. */
const parallelUploads = 3;

export type Upload = {
  readonly path: string;
  readonly file: File;
  readonly state: 'queued' | UploadStep['step'] | 'done' | 'failed';
  /** Bytes that have left the browser. */
  readonly sent: number;
  readonly sha256?: string;
  readonly problem?: Problem;
};

type Change =
  | { readonly kind: 'add'; readonly files: readonly File[] }
  | { readonly kind: 'remove' | 'again'; readonly path: string }
  | { readonly kind: 'step'; readonly path: string; readonly file: File; readonly next: Partial<Upload> };

const pathRule = patternOf(RelativePath);

/** The path of a dropped or chosen file: inside its folder if it came with one. */
function pathOf(file: File): string {
  const { path, relativePath } = file as File & { path?: string; relativePath?: string };
  const named = [file.webkitRelativePath, relativePath, path].find(
    (each) => each !== undefined && each !== '',
  );
  return (named ?? file.name).replaceAll('\\', '/').replace(/^(\.?\/)+/, '');
}

/** Paths below the folder that all of them share: that folder itself is not part of the package. */
function withoutSharedFolder(paths: readonly string[]): string[] {
  const [first] = paths;
  const folder = first?.includes('/') ? first.slice(0, first.indexOf('/') + 1) : '';
  const shared = folder !== '' && paths.every((path) => path.startsWith(folder));
  return paths.map((path) => (shared ? path.slice(folder.length) : path));
}

/** Whether a package may hold a file at this path. */
export const pathAllowed = (path: string): boolean => path.length <= 1024 && pathRule.test(path);

function added(uploads: readonly Upload[], files: readonly File[]): Upload[] {
  const paths = withoutSharedFolder(files.map(pathOf));
  const fresh = files.map(
    (file, index): Upload => ({
      path: paths[index] ?? file.name,
      file,
      state: 'queued',
      sent: 0,
    }),
  );
  const replaced = new Set(fresh.map(({ path }) => path));
  return [...uploads.filter(({ path }) => !replaced.has(path)), ...fresh].sort((a, b) =>
    a.path.localeCompare(b.path),
  );
}

function changed(uploads: readonly Upload[], change: Change): readonly Upload[] {
  switch (change.kind) {
    case 'add':
      return added(uploads, change.files);
    case 'remove':
      return uploads.filter(({ path }) => path !== change.path);
    case 'again':
      return uploads.map((each) =>
        each.path === change.path ? { path: each.path, file: each.file, state: 'queued', sent: 0 } : each,
      );
    case 'step':
      return uploads.map((each) =>
        each.path === change.path && each.file === change.file ? { ...each, ...change.next } : each,
      );
  }
}

/** Uploads files as they are added; what is removed is stopped, what fails can be sent again. */
export function useUploads() {
  const [uploads, apply] = useReducer(changed, []);
  const running = useRef(new Map<File, AbortController>());

  useEffect(() => {
    const wanted = new Set(uploads.map(({ file }) => file));
    for (const [file, controller] of running.current) if (!wanted.has(file)) controller.abort();
    for (const { path, file } of uploads.filter(({ state }) => state === 'queued')) {
      if (running.current.size >= parallelUploads) break;
      if (running.current.has(file)) continue;
      const controller = new AbortController();
      running.current.set(file, controller);
      const step = (next: Partial<Upload>) => apply({ kind: 'step', path, file, next });
      void upload(file, controller.signal, ({ step: state, ...more }) => step({ state, ...more }))
        .then(
          ({ sha256 }) => ({ state: 'done' as const, sent: file.size, sha256 }),
          (thrown: unknown) => ({ state: 'failed' as const, problem: asProblem(thrown) }),
        )
        .then((end) => {
          running.current.delete(file);
          step(end);
        });
    }
  }, [uploads]);

  useEffect(() => {
    const all = running.current;
    return () => {
      for (const controller of all.values()) controller.abort();
    };
  }, []);

  return {
    uploads,
    add: (files: readonly File[]) => apply({ kind: 'add', files }),
    remove: (path: string) => apply({ kind: 'remove', path }),
    again: (path: string) => apply({ kind: 'again', path }),
  };
}

/** The uploads as files of a package; undefined while one of them is not stored yet. */
export function contentOf(uploads: readonly Upload[]): ContentFile[] | undefined {
  const files: ContentFile[] = [];
  for (const { path, file, sha256, state } of uploads) {
    if (state !== 'done' || sha256 === undefined) return undefined;
    files.push({ path, size: file.size, sha256 });
  }
  return files.length === 0 ? undefined : files;
}
