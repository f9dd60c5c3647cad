/** Uploading content: each file is hashed where that is possible, sent with its progress, and compared afterwards. */
import type { ContentUploaded } from '@holdfast/contract/web';
import { apiAddress, problem, problemOf } from './http.ts';

/** Larger files are not hashed before they are sent: the browser hashes only what it holds whole. Bytes. */
const hashLimit = 256 * 1024 * 1024;

export type UploadStep =
  | { readonly step: 'hashing' }
  | { readonly step: 'uploading'; readonly sent: number }
  | { readonly step: 'storing' };

/** Lower-case hexadecimal SHA-256; undefined for files above the limit and on pages without a secure origin. */
async function hashOf(file: File): Promise<string | undefined> {
  if (file.size > hashLimit || !window.isSecureContext) return undefined;
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** PUT of the raw bytes. XMLHttpRequest, because fetch does not tell how much of a body was sent. */
function put(
  file: File,
  sha256: string | undefined,
  signal: AbortSignal,
  tell: (step: UploadStep) => void,
): Promise<ContentUploaded> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    signal.addEventListener('abort', stop);
    request.open('PUT', apiAddress('/content'));
    request.setRequestHeader('content-type', 'application/octet-stream');
    if (sha256 !== undefined) request.setRequestHeader('x-content-sha256', sha256);
    request.upload.onprogress = ({ loaded }) => tell({ step: 'uploading', sent: loaded });
    request.upload.onload = () => tell({ step: 'storing' });
    request.onload = () => {
      const body = parsed(request.responseText);
      if (request.status >= 200 && request.status < 300) resolve(body as ContentUploaded);
      else reject(problemOf(request.status, body));
    };
    request.onerror = () => reject(problem('request.cut-off', 'The upload was cut off.'));
    request.onabort = () => reject(problem('request.cut-off', 'The upload was stopped.'));
    request.onloadend = () => signal.removeEventListener('abort', stop);
    request.send(file);
  });
}

/** Sends one file to the content store of the site. Throws Problem. */
export async function upload(
  file: File,
  signal: AbortSignal,
  tell: (step: UploadStep) => void,
): Promise<ContentUploaded> {
  tell({ step: 'hashing' });
  let sha256: string | undefined;
  try {
    sha256 = await hashOf(file);
  } catch {
    throw problem('disk.failed', `${file.name} can no longer be read: was it moved or changed?`);
  }
  if (signal.aborted) throw problem('request.cut-off', 'The upload was stopped.');
  tell({ step: 'uploading', sent: 0 });
  const stored = await put(file, sha256, signal, tell);
  if (stored.size !== file.size || (sha256 !== undefined && stored.sha256 !== sha256)) {
    throw problem('content.hash-mismatch', `What the site stored of ${file.name} is not what was sent.`);
  }
  return stored;
}
