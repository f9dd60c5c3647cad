/** Checks what somebody wrote as a description, and says of each mistake where it is and what belongs there. */
import { HoldfastError } from '@holdfast/contract';
import { Compile } from 'typebox/compile';
import type { TLocalizedValidationError } from 'typebox/error';
import { ProductDescription } from './description.ts';

const shape = Compile(ProductDescription);

/**
 * A description that no package can be made of.
 * @param field where, as a path: `files[2].source`
 */
export function wrong(field: string, happened: string, cause?: unknown): HoldfastError {
  return new HoldfastError('msi.description-invalid', field === '' ? happened : `${field}: ${happened}`, {
    details: { field },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** `/files/2/source` as `files[2].source`. */
function fieldOf(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step, index) => (/^\d+$/.test(step) ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('');
}

/** The nearest schema on the way to the failed rule that says in words what it wants. */
function wanted(schemaPath: string): string | undefined {
  let at: unknown = ProductDescription;
  let words: string | undefined;
  for (const step of schemaPath.split('/').slice(1)) {
    if (typeof at !== 'object' || at === null) break;
    at = Reflect.get(at, step.replaceAll('~1', '/').replaceAll('~0', '~'));
    const said: unknown = typeof at === 'object' && at !== null ? Reflect.get(at, 'description') : undefined;
    if (typeof said === 'string') words = said;
  }
  return words;
}

function sentence(fault: TLocalizedValidationError): HoldfastError {
  const field = fieldOf(fault.instancePath);
  const where = field === '' ? 'the description' : field;
  if (fault.keyword === 'additionalProperties') {
    const [name = ''] = fault.params.additionalProperties;
    return wrong(
      field === '' ? name : `${field}.${name}`,
      'there is no such field; remove it or correct its name',
    );
  }
  if (fault.keyword === 'required') {
    const missing = fault.params.requiredProperties.join(', ');
    return wrong(field === '' ? missing : `${field}.${missing}`, 'is missing; add it');
  }
  return wrong(
    field,
    `${where === field ? 'it' : where} must be ${wanted(fault.schemaPath) ?? fault.message}`,
  );
}

/** What an author wants to know first: a name that is wrong, then what is missing, then the deepest place. */
function foremost(faults: readonly TLocalizedValidationError[]): TLocalizedValidationError | undefined {
  const depth = (fault: TLocalizedValidationError) => fault.instancePath.split('/').length;
  return (
    faults.find((fault) => fault.keyword === 'additionalProperties') ??
    faults.find((fault) => fault.keyword === 'required') ??
    faults.toSorted((one, other) => depth(other) - depth(one))[0]
  );
}

/**
 * Checks that a value, from JSON or YAML, is a description.
 * @throws HoldfastError `msi.description-invalid` that names the field
 */
export function readDescription(value: unknown): ProductDescription {
  if (shape.Check(value)) return value;
  const fault = foremost(shape.Errors(value));
  throw fault === undefined ? wrong('', 'It is no description of a product.') : sentence(fault);
}
