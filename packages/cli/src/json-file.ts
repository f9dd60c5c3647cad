/** A file of JSON that an administrator has written. */
import { readFile } from 'node:fs/promises';
import { HoldfastError } from '@holdfast/contract';

/** @param what as the error calls it. @throws HoldfastError `disk.not-found`, `request.invalid` where it is no JSON */
export async function readJsonFile(path: string, what: string): Promise<unknown> {
  const body = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new HoldfastError('disk.not-found', `The ${what} ${path} cannot be read.`, { cause });
  });
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new HoldfastError('request.invalid', `${path} is not JSON.`, { cause });
  }
}
