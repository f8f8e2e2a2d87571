/** Values as other tools write them, in our words: each gives TOML text, or null where it cannot be told what was meant. */
import { formatDuration, parseDuration } from "../../base/duration.ts";
import type { Item } from "../toml/item.ts";

/** See the module. */
export type Translate = (item: Item) => string | null;

/** The default of `backoff.max`. */
const BACKOFF_MAX_MS = 30_000;

/** A longer value is not repeated in a hint. */
const LONGEST = 80;

/** The names that other tools give our restart policies, in lower case. */
export const RESTART_WORDS: ReadonlyMap<string, string> = new Map([
  ["true", "always"],
  ["yes", "always"],
  ["on", "always"],
  ["unless-stopped", "always"],
  ["permanent", "always"],
  ["any", "always"],
  ["false", "never"],
  ["no", "never"],
  ["off", "never"],
  ["none", "never"],
  ["temporary", "never"],
  ["exit_on_failure", "never"],
  ["onfailure", "on-failure"],
  ["on_failure", "on-failure"],
  ["on-abnormal", "on-failure"],
  ["on-abort", "on-failure"],
  ["on-watchdog", "on-failure"],
  ["on-error", "on-failure"],
  ["unexpected", "on-failure"],
  ["transient", "on-failure"],
]);

/** The names that other tools give our conditions of `depends_on`, in lower case. */
export const CONDITION_WORDS: ReadonlyMap<string, string> = new Map([
  ["service_started", "started"],
  ["process_started", "started"],
  ["service_healthy", "healthy"],
  ["process_healthy", "healthy"],
  ["process_log_ready", "ready"],
  ["service_completed_successfully", "completed"],
  ["process_completed_successfully", "completed"],
  ["process_completed", "exited"],
]);

/** The value as it stands; null for a table, or if it is long. */
export const same: Translate = (item) => {
  const text = sourceOf(item);
  return text === null || text.length > LONGEST ? null : text;
};

/** The value as a text. */
export const text: Translate = (item) => item.kind === "integer" ? `"${item.source}"` : same(item);

/** A list with the value in it, unless it is one. */
export const listed: Translate = (item) => {
  const value = same(item);
  return value === null || item.kind === "list" ? value : `[${value}]`;
};

/** A whole number, also one in quotes. */
export const count: Translate = (item) => {
  if (item.kind === "integer") return item.source;
  return item.kind === "string" && /^\d+$/.test(item.value.trim()) ? item.value.trim() : null;
};

/** A restart policy. */
export const restartPolicy: Translate = (item) => {
  const word = item.kind === "boolean" ? String(item.value) : item.kind === "string" ? item.value : null;
  if (word === null) return null;
  // With `:3`, compose counts the retries.
  const meant = word.trim().toLowerCase().replace(/:\d+$/, "");
  const policy = RESTART_WORDS.get(meant) ?? (/^(?:always|on-failure|never)$/.test(meant) ? meant : null);
  return policy === null ? null : `"${policy}"`;
};

/** A size, of which all tools but us mean powers of 1024, whatever they write. */
export const size: Translate = (item) => {
  if (item.kind === "integer") return `"${item.source}B"`;
  const parts = item.kind === "string"
    ? /^\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?\s*$/i.exec(item.value)
    : null;
  if (parts === null) return null;
  const [, amount, unit] = parts;
  return `"${amount}${unit === "" ? "B" : `${unit!.toUpperCase()}iB`}"`;
};

/** A share of the processors that is given as a number of them. */
export const processors: Translate = (item) => {
  const written = item.kind === "integer" || item.kind === "float"
    ? item.value
    : item.kind === "string" && /^\d*\.?\d+$/.test(item.value)
    ? Number(item.value)
    : null;
  return written === null ? null : `"${Number((written * 100).toFixed(2))}%"`;
};

/** A duration whose bare numbers count milliseconds. */
export const milliseconds: Translate = (item) => durationOf(item, 1);

/** A duration whose bare numbers count seconds. */
export const seconds: Translate = (item) => durationOf(item, 1_000);

/** The first pause between restarts; one that is longer than the longest by default takes that along. */
export function firstPause(bare: Translate): Translate {
  return (item) => {
    const pause = bare(item);
    const isLong = pause !== null && parseDuration(pause.slice(1, -1))! > BACKOFF_MAX_MS;
    return isLong ? `${pause}, max = ${pause}` : pause;
  };
}

/** An interval of seconds, as a schedule. */
export const everySeconds: Translate = (item) => {
  const interval = durationOf(item, 1_000);
  return interval === null ? null : interval.replace('"', '"@every ');
};

const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(?:ms|msec|milliseconds?)$/, 1],
  [/^(?:s|secs?|seconds?)$/, 1_000],
  [/^(?:m|mins?|minutes?)$/, 60_000],
  [/^(?:h|hr|hours?)$/, 3_600_000],
  [/^(?:d|days?)$/, 86_400_000],
];

/** As systemd has them, too: `1min 30s`. */
function durationOf(item: Item, bareMs: number): string | null {
  if (item.kind === "integer" || item.kind === "float") return quotedDuration(item.value * bareMs);
  if (item.kind !== "string") return null;
  const written = item.value.trim().toLowerCase();
  const parts = [...written.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)\s*/gy)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== written) return null;
  const amounts = parts.map(([, amount, unit]) => {
    const unitMs = unit === "" ? bareMs : UNITS.find(([names]) => names.test(unit!))?.[1];
    return Number(amount) * (unitMs ?? NaN);
  });
  return quotedDuration(amounts.reduce((sum, amount) => sum + amount, 0));
}

function quotedDuration(ms: number): string | null {
  return Number.isFinite(ms) && ms >= 0 ? `"${formatDuration(ms)}"` : null;
}

function sourceOf(item: Item): string | null {
  if (item.kind === "boolean") return String(item.value);
  if (item.kind === "table") return null;
  if (item.kind !== "list") return item.source.includes("\n") ? null : item.source;
  const items = item.items.map(sourceOf);
  return items.includes(null) ? null : `[${items.join(", ")}]`;
}

/** The syntax that only a shell understands: pipes, lists, redirections, variables, substitutions and assignments. */
const NEEDS_SHELL = /[|&;<>`$*?()]|^\s*[A-Za-z_]\w*=|^\s*(?:cd|source|export)\s/;

/** A command that is one text: for a shell if only that understands it. */
export function commandLine(item: Item, isForShell = false): string {
  const needsShell = item.kind === "string" && (isForShell || NEEDS_SHELL.test(item.value));
  const words = item.kind === "list" || item.kind === "string" ? same(item) : null;
  return `${needsShell ? "shell" : "exec"} = ${words ?? "..."}`;
}
