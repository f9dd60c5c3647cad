/** One thing at a time: work handed in runs in order, each after the one before it has ended. */

export type Serial = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** A failure reaches only the one who handed that work in; the work behind it runs all the same. */
export function createSerial(): Serial {
  let tail: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = tail.then(work);
    tail = result.catch(() => undefined);
    return result;
  };
}
