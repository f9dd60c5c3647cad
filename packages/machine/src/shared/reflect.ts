/**
 * What the dependency container beneath @peculiar/x509 asks of the metadata proposal: it stops without these
 * functions when it is loaded, and registers classes without parameters only, for which one table is enough.
 */
const tables = new WeakMap<object, Map<unknown, unknown>>();

const lookUp = (key: unknown, target: object): unknown => tables.get(target)?.get(key);

if (!('getMetadata' in Reflect)) {
  Object.assign(Reflect, {
    getMetadata: lookUp,
    getOwnMetadata: lookUp,
    defineMetadata: (key: unknown, value: unknown, target: object) => {
      tables.set(target, new Map(tables.get(target)).set(key, value));
    },
  });
}
