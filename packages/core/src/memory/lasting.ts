const lasting = new WeakSet<object>();

/** Returns `json` itself, a JSON value that from now on nobody can change, so that what is made of it can be kept. */
export function makeLasting<Json>(json: Json): Json {
  if (typeof json !== 'object' || json === null || lasting.has(json)) return json;
  // Bytes cannot be frozen.
  if (json instanceof Uint8Array) return json;
  freeze(json);
  lasting.add(json);
  return json;
}

/** What is inside is not noted as lasting: to note it costs more than to freeze it. */
function freeze(json: object): void {
  for (const value of Object.values(json) as unknown[]) {
    if (typeof value === 'object' && value !== null) freeze(value);
  }
  Object.freeze(json);
}

/** Returns whether {@link makeLasting} was called for this very value. */
export function isLasting(json: object): boolean {
  return lasting.has(json);
}

/**
 * Returns `make`, which makes something of its argument alone, so that it is called once for an argument that lasts (see
 * {@link makeLasting}), and what it made is returned again; that lasts then, too. For every other argument it is called each time.
 */
export function oncePerLasting<Argument extends object, Made>(
  make: (argument: Argument) => Made,
): (argument: Argument) => Made {
  const made = new WeakMap<Argument, { readonly value: Made }>();
  return (argument) => {
    const known = made.get(argument);
    if (known) return known.value;
    if (!lasting.has(argument)) return make(argument);
    const value = makeLasting(make(argument));
    made.set(argument, { value });
    return value;
  };
}
