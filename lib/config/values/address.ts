import type { Item } from "../toml/item.ts";
import { quote } from "../wording.ts";
import { text } from "./text.ts";
import type { Type } from "./type.ts";

/** Where something listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

const LOOPBACK = "127.0.0.1";

/** `"host:port"`, `"[::1]:port"`, or a port alone, which is one of this machine. */
export const address: Type<Address> = text({
  name: "an address",
  expected: 'an address such as "127.0.0.1:5432"',
  shape: { kind: "string", pattern: String.raw`^([^\s/]*:)?\d{1,5}$` },
  parse: (value, item, reading) => {
    const [, host, written] = /^(?:(\[[0-9A-Fa-f:.%]+\]|[^\s:[\]/]*):)?(\d{1,6})$/.exec(value) ?? [];
    const port = Number(written);
    if (port >= 1 && port <= 65_535) {
      return { host: host === undefined || host === "" ? LOOPBACK : host.replace(/^\[|\]$/g, ""), port };
    }
    const isPort = written !== undefined;
    const message = isPort ? `there is no port ${written}` : `${quote(value)} is not an address`;
    return reading.report.add("config/bad-address", item.span, message, {
      expected: isPort ? "a port from 1 to 65535" : address.expected,
      hint: isPort ? null : hintFor(value),
    });
  },
});

function hintFor(value: string): string | null {
  const withoutScheme = value.replace(/^[a-z]+:\/\//i, "").replace(/\/.*$/, "");
  if (withoutScheme !== value && /:\d+$/.test(withoutScheme)) return `write "${withoutScheme}"`;
  return /^[^\s:]+$/.test(withoutScheme) ? `add the port: "${withoutScheme}:5432"` : null;
}

/** A complete `http://` or `https://` URL. */
export const url: Type<string> = text({
  name: "a URL",
  expected: 'a URL such as "http://127.0.0.1:8080/health"',
  shape: { kind: "string", pattern: String.raw`^[Hh][Tt][Tt][Pp][Ss]?://[^\s/?#]` },
  parse: (value, item: Item, reading) => {
    if (/^https?:\/\/[^/?#]/i.test(value) && !/\s/.test(value) && URL.canParse(value)) return value;
    const isLocal = /^(?::?\d+|\/)/.test(value);
    const guess = isLocal
      ? `http://127.0.0.1${value.startsWith("/") ? ":8080" : ":"}${value.replace(/^:/, "")}`
      : `http://${value}`;
    return reading.report.add(
      "config/bad-url",
      item.span,
      `${quote(value)} is not an http:// or https:// URL`,
      {
        expected: url.expected,
        hint: !/^[a-z]+:\/\//i.test(value) && URL.canParse(guess) ? `write "${guess}"` : null,
      },
    );
  },
});
