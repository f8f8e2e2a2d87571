/** The environment of this program, whatever bytes it is made of. */
import { definedOnly } from "../../base/defined_only.ts";
import { isUtf8, rawText } from "../../base/raw_text.ts";
import { nodeFs } from "./lazy_node.ts";
import { isDeno } from "./runtime.ts";

/** Stands for bytes that are no UTF-8. */
const CHANGED = "\ufffd";

/**
 * Bun changes bytes that are no UTF-8, and Deno gives no variable at all where one has them: then those that this program was
 * started with are read from the kernel. Variables that it has set since then count, too.
 */
export function ownEnvironment(): Readonly<Record<string, string | undefined>> {
  if (!isDeno && !hasChanged(process.env)) return process.env;
  let bytes: Uint8Array;
  try {
    bytes = nodeFs().readFileSync("/proc/self/environ");
  } catch {
    return process.env;
  }
  return isUtf8(bytes) ? process.env : exact(bytes);
}

/** Whether Bun may have changed any of it: it leaves a sign where it has. */
function hasChanged(env: Readonly<Record<string, string | undefined>>): boolean {
  return Object.entries(env).some(([name, value]) => name.includes(CHANGED) || value?.includes(CHANGED));
}

function exact(bytes: Uint8Array): Readonly<Record<string, string>> {
  const env: Record<string, string> = { ...ofRuntime() };
  for (const entry of entriesIn(bytes)) {
    const at = entry.indexOf(0x3d);
    if (at < 1) continue;
    const [name, value] = [entry.subarray(0, at), entry.subarray(at + 1)];
    if (isUtf8(entry)) env[rawText(name)] ??= rawText(value);
    else {
      delete env[lossy(name)];
      env[rawText(name)] = rawText(value);
    }
  }
  return env;
}

function entriesIn(bytes: Uint8Array): readonly Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0, start);
    entries.push(bytes.subarray(start, end < 0 ? bytes.length : end));
    if (end < 0) break;
    start = end + 1;
  }
  return entries;
}

function ofRuntime(): Readonly<Record<string, string>> {
  try {
    return definedOnly(process.env);
  } catch {
    return {};
  }
}

function lossy(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
