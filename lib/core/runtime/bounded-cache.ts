/** A value, and the time as of which it is true: the start of the read that returned it. */
export interface AsOf<Value> {
  readonly value: Value;
  readonly asOfMs: number;
}

/** An in-process cache. It never exceeds its capacity: the entry that was set longest ago is evicted first. */
export interface BoundedCache<Key, Value> {
  /** The cached value, as of `notBeforeMs` or later. Default: any age. */
  get(key: Key, notBeforeMs?: number): Value | undefined;
  /** Caches a value, unless a younger one is cached: a read that began earlier may end later. */
  set(key: Key, value: Value, asOfMs?: number): void;
  delete(key: Key): void;
  /** Keeps the value, but marks it as older than any read. */
  expire(key: Key): void;
  /**
   * The cached value as of `notBeforeMs` or later, or else the result of `load`. Concurrent callers share a load. If
   * `load` finds nothing, the key is removed. A failed load changes nothing.
   */
  read<Loaded extends AsOf<Value> | undefined>(
    key: Key,
    notBeforeMs: number,
    load: () => Promise<Loaded>,
  ): Promise<Value | Extract<Loaded, undefined>>;
}

type Load<Value> = () => Promise<AsOf<Value> | undefined>;

/** Maximum number of loads of other callers that one caller joins. The first may have begun too early; the second rarely has. */
const MAX_JOINED = 2;
const NEVER = Number.NEGATIVE_INFINITY;

/** The only cache of the service. It has no clock: values carry their time, and callers say how fresh they must be. */
export function createBoundedCache<Key, Value>(options: {
  /** Maximum number of entries. */
  readonly capacity: number;
}): BoundedCache<Key, Value> {
  const entries = new Map<Key, AsOf<Value>>();
  const underWay = new Map<Key, Promise<AsOf<Value> | undefined>>();

  const freshEntry = (key: Key, notBeforeMs: number): AsOf<Value> | undefined => {
    const entry = entries.get(key);
    return entry !== undefined && entry.asOfMs >= notBeforeMs ? entry : undefined;
  };
  const remember = (key: Key, entry: AsOf<Value>): void => {
    if ((entries.get(key)?.asOfMs ?? NEVER) > entry.asOfMs) return;
    entries.delete(key);
    entries.set(key, entry);
    for (const oldest of entries.keys()) {
      if (entries.size <= options.capacity) break;
      entries.delete(oldest);
    }
  };
  const loadOwn = async (key: Key, load: Load<Value>): Promise<AsOf<Value> | undefined> => {
    const loaded = await load();
    if (loaded === undefined) entries.delete(key);
    else remember(key, loaded);
    return loaded;
  };

  return {
    get: (key, notBeforeMs = NEVER) => freshEntry(key, notBeforeMs)?.value,
    set: (key, value, asOfMs = 0) => remember(key, { value, asOfMs }),
    delete: (key) => void entries.delete(key),
    expire(key) {
      const entry = entries.get(key);
      if (entry !== undefined) entries.set(key, { ...entry, asOfMs: NEVER });
    },
    async read<Loaded extends AsOf<Value> | undefined>(
      key: Key,
      notBeforeMs: number,
      load: () => Promise<Loaded>,
    ) {
      for (let joined = 0; joined < MAX_JOINED; joined += 1) {
        const fresh = freshEntry(key, notBeforeMs);
        if (fresh !== undefined) return fresh.value;
        const others = underWay.get(key);
        if (others === undefined) break;
        await others;
      }
      const own = loadOwn(key, load);
      underWay.set(key, own);
      try {
        // Undefined only if `load` finds nothing.
        return (await own)?.value as Value | Extract<Loaded, undefined>;
      } finally {
        if (underWay.get(key) === own) underWay.delete(key);
      }
    },
  };
}
