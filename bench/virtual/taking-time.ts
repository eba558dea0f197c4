/** Wraps a port. Each of its calls waits first, like a call over a network. */
export function takingTime<T extends object>(port: T, wait: () => Promise<void>): T {
  return new Proxy(port, {
    get: (target, name) => {
      const member = (target as Record<PropertyKey, unknown>)[name];
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        await wait();
        return member.apply(target, args);
      };
    },
  });
}
