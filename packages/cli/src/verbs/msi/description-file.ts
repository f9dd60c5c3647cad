/** A description file, JSON or YAML, and the line of whatever is wrong in it. */
import { readFile, stat } from 'node:fs/promises';
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';

/** Bytes of a description. */
const mostBytes = 16 * 1024 * 1024;

export type DescriptionFile = {
  /** Not checked yet. */
  readonly value: unknown;
  /** The same error with file and line, where it names a field; anything else as it is. */
  placed(thrown: unknown): unknown;
};

function wrong(path: string, line: number | undefined, happened: string, cause: unknown): HoldfastError {
  const place = line === undefined ? path : `${path}, line ${line}`;
  return new HoldfastError('msi.description-invalid', `${place}: ${happened}`, {
    cause,
    details: { file: path, ...(line === undefined ? {} : { line }) },
  });
}

/** `files[2].source` as steps. */
function stepsOf(field: string): (string | number)[] {
  return [...field.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(([, name, index]) => name ?? Number(index));
}

/** Offset of the value at a path, or of the nearest thing around it. */
function offsetOf(document: Document, steps: readonly (string | number)[]): number | undefined {
  for (let length = steps.length; length >= 0; length -= 1) {
    const node: unknown = length === 0 ? document.contents : document.getIn(steps.slice(0, length), true);
    if (isNode(node)) return node.range?.[0];
  }
  return undefined;
}

/** @throws HoldfastError `disk.not-found`, `msi.description-invalid` */
export async function readDescriptionFile(path: string): Promise<DescriptionFile> {
  const text = await stat(path)
    .then(({ size }) => (size > mostBytes ? undefined : readFile(path, 'utf8')))
    .catch((cause: unknown) => {
      throw new HoldfastError('disk.not-found', `There is no description ${path}.`, { cause });
    });
  if (text === undefined) throw wrong(path, undefined, `it has more than ${mostBytes} bytes`, undefined);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [broken] = document.errors;
  if (broken) throw wrong(path, lines.linePos(broken.pos[0]).line, broken.message, broken);
  return {
    value: contentOf(document, path),
    placed(thrown) {
      if (!isHoldfastError(thrown, 'msi.description-invalid')) return thrown;
      const offset = offsetOf(document, stepsOf(String(thrown.details.field ?? '')));
      const line = offset === undefined ? undefined : lines.linePos(offset).line;
      return wrong(path, line, thrown.message, thrown);
    },
  };
}

/** Aliases that would grow without an end are found only now. */
function contentOf(document: Document, path: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    throw wrong(path, undefined, cause instanceof Error ? cause.message : String(cause), cause);
  }
}
