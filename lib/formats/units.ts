/** Durations and sizes as other tools write them. */
const GO_UNITS_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  "\u00b5s": 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** A duration as Go has it (`1m30s`, `1.5h`, `500ms`, `0`) in milliseconds; null if it is none. */
export function goDurationMs(text: string): number | null {
  const plain = text.trim();
  if (plain === "0") return 0;
  const parts = [...plain.matchAll(/(\d+(?:\.\d+)?)(ns|us|\u00b5s|ms|s|m|h)/gy)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== plain) return null;
  return Math.round(parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * GO_UNITS_MS[unit!]!, 0));
}

const PEOPLES_UNITS_MS: readonly (readonly [unit: RegExp, ms: number])[] = [
  [/^(?:ms|msecs?|millis?|milliseconds?)$/, 1],
  [/^(?:s|secs?|seconds?)$/, 1_000],
  [/^(?:m|mins?|minutes?)$/, 60_000],
  [/^(?:h|hrs?|hours?)$/, 3_600_000],
  [/^(?:d|days?)$/, 86_400_000],
  [/^(?:w|weeks?)$/, 604_800_000],
];

/** A duration as systemd and many Rust programs have it (`5s`, `2min 30s`, `1 hour`) in milliseconds; null if it is none. */
export function peoplesDurationMs(text: string): number | null {
  const plain = text.trim();
  const parts = [...plain.matchAll(/(\d+)\s*([a-z]+)\s*/gy)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== plain) return null;
  let sum = 0;
  for (const [, amount, written] of parts) {
    const unit = PEOPLES_UNITS_MS.find(([name]) => name.test(written!));
    if (unit === undefined) return null;
    sum += Number(amount) * unit[1];
  }
  return sum;
}

const BINARY = ["", "k", "m", "g", "t"];

/** A size as docker has it (`512m`, `1.5g`, `64kb`, `1073741824`), whose units are powers of 1024, in bytes; null if it is none. */
export function dockerBytes(text: string): number | null {
  const parts = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim());
  if (parts === null) return null;
  const bytes = Math.round(Number(parts[1]) * 1_024 ** BINARY.indexOf(parts[2]!.toLowerCase()));
  return Number.isSafeInteger(bytes) ? bytes : null;
}
