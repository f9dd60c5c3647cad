/** Documents signed by the release key: believed for that signature alone, wherever they lay. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { Envelope, HoldfastError, isHoldfastError, type PayloadType, unseal } from '@holdfast/contract';
import type { Static, TSchema } from 'typebox';
import { jsonReader } from './site.ts';

const readEnvelope = jsonReader(Envelope, 'signed document');

/** Bytes of the longest one that is read. */
export const signedLimit = 16 * 1024 * 1024;

/**
 * A reader for signed documents of one kind.
 * @param text of the envelope: hostile
 * @param releaseKey PEM; undefined where none is built in, and nothing is believed
 * @throws HoldfastError `network.response-invalid` for what is no envelope at all (a page of a proxy, a damaged file);
 * `release.untrusted` for one that the release key did not sign, or whose payload is not of its form
 */
export function signedReader<Schema extends TSchema>(
  payloadType: PayloadType,
  schema: Schema,
): (text: string, releaseKey: string | undefined) => Static<Schema> {
  const read = jsonReader(schema, payloadType);
  return (text, releaseKey) => {
    const envelope = readEnvelope(text);
    try {
      return read(unseal(payloadType, envelope, keyOf(releaseKey)));
    } catch (thrown) {
      if (!isHoldfastError(thrown, 'policy.untrusted', 'network.response-invalid')) throw thrown;
      throw new HoldfastError(
        'release.untrusted',
        `The ${payloadType} is not of the release key, or not of its form.`,
        {
          cause: thrown,
        },
      );
    }
  };
}

function keyOf(pem: string | undefined): KeyObject {
  if (pem === undefined) {
    throw new HoldfastError('release.untrusted', 'No release key is built into this program.');
  }
  try {
    return createPublicKey(pem);
  } catch (cause) {
    throw new HoldfastError('release.untrusted', 'The release key that is built in is not a key.', { cause });
  }
}
