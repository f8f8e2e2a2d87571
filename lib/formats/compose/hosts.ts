/**
 * Names of services as host names. In a project of compose each service is a machine of its own; here all of them are this
 * machine, so that a name becomes 127.0.0.1, and a port the one that the program has here.
 */

/** Where a service is reached. */
export interface Host {
  /** Port in the container -> port here, where that is another one. */
  readonly ports: ReadonlyMap<number, number>;
}

const LOOPBACK = "127.0.0.1";

/** Variables that hold a host name alone. */
const HOLDS_HOST = /(?:^|_)(?:HOST|HOSTNAME|SERVER|ADDR|ADDRESS|ENDPOINT|NODE)S?$/i;

/** A name that may be a host: at the beginning, behind `//` or an `@`, and behind a character of no name and of no path. */
const NAME = /(?<=\/\/|(?<![\w./-]))([A-Za-z0-9][\w.-]*)(?::(\d{1,5})(?!\d))?(?![\w-])/g;

/** A text in which names of services are this machine, and which ones were replaced. */
export interface Localized {
  readonly text: string;
  readonly names: readonly string[];
}

/**
 * Replaces the names of services in a text.
 *
 * @param key The variable whose value it is; null if it is of none.
 */
export function localize(
  text: string,
  hosts: ReadonlyMap<string, Host>,
  key: string | null = null,
): Localized {
  const names: string[] = [];
  const whole = hosts.get(text);
  if (whole !== undefined && key !== null && HOLDS_HOST.test(key)) return { text: LOOPBACK, names: [text] };
  const replaced = text.replace(NAME, (match, name: string, port: string | undefined, index: number) => {
    const host = hosts.get(name);
    const isBehindMark = /(?:\/\/|@)$/.test(text.slice(0, index));
    if (host === undefined || (port === undefined && !isBehindMark)) return match;
    names.push(name);
    return port === undefined ? LOOPBACK : `${LOOPBACK}:${host.ports.get(Number(port)) ?? port}`;
  });
  return { text: replaced, names };
}
