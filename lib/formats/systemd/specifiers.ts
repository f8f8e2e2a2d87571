/** The `%n` of systemd: what they stand for in a unit, in words of ours. */
import { envPlaceholder, literal } from "../literal.ts";
import type { Unit } from "./unit.ts";

/** A stretch of a value: text as it is, or a placeholder of ours. */
export interface Segment {
  readonly text: string;
  readonly isOurs: boolean;
}

/** The facts that a specifier needs beside the unit. */
export interface SpecifierFacts {
  /** Whether it is a unit of the user's own service manager. */
  readonly isUser: boolean;
  /** Told of each that stands for nothing here. */
  readonly onUnknown: (specifier: string) => void;
}

/** Folders by specifier, of the machine and of a user. */
const FOLDERS: Readonly<Record<string, readonly [string, string]>> = {
  t: ["/run", "${env:XDG_RUNTIME_DIR}"],
  S: ["/var/lib", "${env:HOME}/.local/state"],
  C: ["/var/cache", "${env:HOME}/.cache"],
  L: ["/var/log", "${env:HOME}/.local/state/log"],
  E: ["/etc", "${env:HOME}/.config"],
  T: ["/tmp", "/tmp"],
  V: ["/var/tmp", "/var/tmp"],
};

/** The segments of a text. */
export function segmentsOf(text: string, unit: Unit, facts: SpecifierFacts): readonly Segment[] {
  const segments: Segment[] = [];
  let end = 0;
  for (const match of text.matchAll(/%(.)/gs)) {
    segments.push({ text: text.slice(end, match.index), isOurs: false });
    end = match.index + 2;
    segments.push(replacementOf(match[1]!, unit, facts));
  }
  segments.push({ text: text.slice(end), isOurs: false });
  return segments.filter((segment) => segment.text !== "");
}

/** A text with specifiers as a value of ours. */
export function expandSpecifiers(text: string, unit: Unit, facts: SpecifierFacts): string {
  return segmentsOf(text, unit, facts).map((segment) => segment.isOurs ? segment.text : literal(segment.text))
    .join("");
}

function replacementOf(letter: string, unit: Unit, { isUser, onUnknown }: SpecifierFacts): Segment {
  const asText = (text: string): Segment => ({ text, isOurs: false });
  const asOurs = (text: string): Segment => ({ text, isOurs: true });
  const { prefix, instance, name } = unit;
  switch (letter) {
    case "%":
      return asText("%");
    case "n":
      return asText(name);
    case "N":
      return asText(name.replace(/\.[^.]+$/, ""));
    case "p":
      return asText(prefix);
    case "P":
      return asText(unescaped(prefix));
    case "i":
      return asText(instance ?? "");
    case "I":
      return asText(unescaped(instance ?? ""));
    case "j":
      return asText(prefix.split("-").at(-1)!);
    case "h":
      return isUser ? asOurs(envPlaceholder("HOME")) : asText("/root");
    case "u":
      return isUser ? asOurs(envPlaceholder("USER")) : asText("root");
    case "U":
      return isUser ? asOurs(envPlaceholder("UID")) : asText("0");
    case "s":
      return isUser ? asOurs(envPlaceholder("SHELL")) : asText("/bin/sh");
    case "H":
    case "l":
      return asOurs(envPlaceholder("HOSTNAME", "localhost"));
  }
  const folders = Object.hasOwn(FOLDERS, letter) ? FOLDERS[letter] : undefined;
  if (folders !== undefined) return isUser ? asOurs(folders[1]) : asText(folders[0]);
  onUnknown(`%${letter}`);
  return asText(`%${letter}`);
}

/** `-` is a slash, and `\x2d` a character. */
function unescaped(text: string): string {
  return text.replaceAll("-", "/").replace(
    /\\x([0-9a-fA-F]{2})/g,
    (_, hex: string) => String.fromCharCode(parseInt(hex, 16)),
  );
}
