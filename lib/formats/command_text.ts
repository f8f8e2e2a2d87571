/** Commands in words and in one text, as our files have them. */
import { splitCommand } from "../config/text/split_command.ts";
import type { DraftActor, DraftValue } from "./draft.ts";

/** The command of an actor: words, or a text for a shell. */
export type Run = { readonly words: readonly string[] } | { readonly shell: string };

/** Words that need no quotes, in a text as in a list. */
const SIMPLE = /^[\w@%+=:,./-]+$/;

/** A command as a text if it is simple and holds no paths, else as a list. */
export function execValue(words: readonly string[]): DraftValue {
  const [program, ...rest] = words;
  const isSimple = words.every((word) => SIMPLE.test(word));
  if (isSimple && (rest.length === 0 || !words.some((word) => word.includes("/")))) return words.join(" ");
  return [program!, ...rest];
}

/** The command that words make: a text for a shell if they are `sh -c TEXT`, else the words. */
export function runOf(words: readonly string[]): Run {
  const [program, option, script, ...more] = words;
  const isShell = /^(?:\/bin\/|\/usr\/bin\/)?sh$/.test(program ?? "") && option === "-c";
  return isShell && script !== undefined && more.length === 0 ? { shell: script.trim() } : { words };
}

/** Sets `exec` or `shell` of an actor. @returns The key that was set. */
export function setRun({ keys }: DraftActor, run: Run): "exec" | "shell" {
  if ("shell" in run) {
    keys.set("shell", run.shell);
    return "shell";
  }
  keys.set("exec", execValue(run.words));
  return "exec";
}

/** A command for a place that takes no shell: hooks, probes, stop commands. */
export function shellCommand(script: string): DraftValue {
  return ["/bin/sh", "-c", script];
}

/** Only bash understands these. */
const BASH_ALONE =
  /\[\[|<\(|>\(|<<<|&>|\|&|\bsource\s|\bpipefail\b|\bdeclare\s|\bmapfile\b|\bshopt\b|\$'|\$\{[A-Za-z_]\w*(?:\^|,|\/|:\d|\[)|\bfunction\s+\w|\w+=\(|\{\d+\.\.\d+\}|\(\(/;

/** Whether a script needs bash, which `sh` of Debian and Alpine is not. */
export function needsBash(script: string): boolean {
  return BASH_ALONE.test(script);
}

/** The words of a text, as a shell splits it, with placeholders of ours as parts of their words; null if a quote is open. */
export function wordsOf(text: string): readonly string[] | null {
  const placeholders: string[] = [];
  const hidden = hidePlaceholders(text, placeholders);
  const { words, unbalanced } = splitCommand([{ text: hidden, index: 0, isLiteral: true }]);
  if (unbalanced !== null) return null;
  return words.map((word) => word.text.replace(MARK, (_, number) => placeholders[Number(number)] ?? ""));
}

/** No text has these: they are of the private area. */
const MARK = /\uE000(\d+)\uE001/g;

function hidePlaceholders(text: string, placeholders: string[]): string {
  let out = "";
  let at = 0;
  while (at < text.length) {
    if (!text.startsWith("${env:", at)) {
      out += text[at];
      at++;
      continue;
    }
    const end = closingBrace(text, at);
    out += `\uE000${placeholders.length}\uE001`;
    placeholders.push(text.slice(at, end));
    at = end;
  }
  return out;
}

function closingBrace(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    if (text[at] === "{") depth++;
    if (text[at] === "}" && --depth === 0) return at + 1;
  }
  return text.length;
}
