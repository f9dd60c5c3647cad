/** Ports that kill their own process, as kill -9 does, at a chosen call: before it takes effect, or right after. */

/** Counts the calls of all ports wrapped by it. `crashAt` 0 = never. */
export function countCalls(crashAt: number): { wrap<T extends object>(ports: T): T; count(): number } {
  let count = 0;
  /** The ports behind the wrappers: an adapter knows only its own folders. */
  const wrapped = new WeakMap<object, object>();

  function bare(value: unknown): unknown {
    if (!isObject(value)) return value;
    const inner = wrapped.get(value);
    if (inner !== undefined) return inner;
    if (Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [key, isObject(part) ? (wrapped.get(part) ?? part) : part]),
    );
  }

  function wrap<T extends object>(target: T): T {
    const proxy = new Proxy(target, {
      get(object, key) {
        const value = Reflect.get(object, key, object);
        if (typeof value === 'function') return counted(object, value as (...words: unknown[]) => unknown);
        return typeof value === 'object' && value !== null && isPort(value) ? wrap(value) : value;
      },
    });
    wrapped.set(proxy, target);
    return proxy;
  }

  function counted(object: object, call: (...words: unknown[]) => unknown) {
    return (...words: unknown[]) => {
      count += 1;
      const number = count;
      const die = () => {
        if (number === crashAt) process.kill(process.pid, 'SIGKILL');
      };
      // Odd points die before the effect, even ones after it, whatever came of it.
      if (number % 2 === 1) die();
      const answer = call.apply(object, words.map(bare));
      if (!(answer instanceof Promise)) {
        die();
        return answer;
      }
      return answer.finally(die).then((value) => {
        return typeof value === 'object' && value !== null && isPort(value) ? wrap(value) : value;
      });
    };
  }
  return { wrap, count: () => count };
}

/** Folders, files and running programs that a port hands out are ports themselves; plain data is not. */
function isPort(value: object): boolean {
  return Object.values(value).some((inner) => typeof inner === 'function');
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
