/** The `$(circus.name)` of circus, in our placeholders. */
import type { FindingList } from "../finding.ts";
import type { IniEntry } from "../ini/python_ini.ts";
import { envPlaceholder, literal } from "../literal.ts";

const TOKEN =
  /\$\((?:circus\.)?(env|wid|sockets)(?:\.([\w-]+))?\)|\(\((?:circus\.)?(env|wid|sockets)(?:\.([\w-]+))?\)\)|\$WID\b/gi;

/** The first descriptor that supervise hands over. */
const FIRST_DESCRIPTOR = 3;

/** The sockets that a text names, in the order in which it does. */
export function socketsIn(text: string): readonly string[] {
  const names = [...text.matchAll(TOKEN)].flatMap(([, kind, name, otherKind, otherName]) =>
    (kind ?? otherKind)?.toLowerCase() === "sockets" ? [(name ?? otherName ?? "").toLowerCase()] : []
  );
  return [...new Set(names)];
}

/** `text` with everything else in it literal. @param sockets Those of the watcher, in the order in which it gets them. */
export function expand(
  text: string,
  sockets: readonly string[],
  entry: Pick<IniEntry, "line" | "name">,
  findings: FindingList,
): string {
  let expanded = "";
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    expanded += literal(text.slice(end, match.index));
    end = match.index + match[0].length;
    const kind = (match[1] ?? match[3] ?? "wid").toLowerCase();
    const name = match[2] ?? match[4] ?? "";
    const known = kind === "wid" ? "${replica}" : kind === "env" ? variable(name) : descriptor(name);
    if (known === null) {
      findings.lost(
        entry.line,
        `${entry.name}: ${match[0]}`,
        "it stands for nothing here",
        "write what it is to say",
      );
    }
    expanded += known ?? literal(match[0]);
  }
  return expanded + literal(text.slice(end));

  function descriptor(name: string): string | null {
    const index = sockets.indexOf(name.toLowerCase());
    return index < 0 ? null : String(FIRST_DESCRIPTOR + index);
  }
}

/** Circus knows variables in small letters, too. */
function variable(name: string): string | null {
  return /^[A-Za-z_]\w*$/.test(name) ? envPlaceholder(name.toUpperCase()) : null;
}

/** Values of an `[env]` section, where circus replaces `$NAME`. */
export function expandShellVariables(text: string): string {
  let expanded = "";
  let end = 0;
  for (const match of text.matchAll(/\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g)) {
    expanded += literal(text.slice(end, match.index)) + envPlaceholder(match[1] ?? match[2]!);
    end = match.index + match[0].length;
  }
  return expanded + literal(text.slice(end));
}
