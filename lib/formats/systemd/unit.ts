/** Unit files of systemd: their text, and the units that several of them make together. */
import { quote } from "../../config/wording.ts";
import { notReadable } from "../not_readable.ts";

/** A line that assigns something. */
export interface UnitEntry {
  /** Of the section and the key: `Service.ExecStart`. */
  readonly key: string;
  readonly value: string;
  readonly file: string;
  readonly line: number;
}

/** A unit with what its drop-ins say. */
export interface Unit {
  /** `worker@1.service` */
  readonly name: string;
  /** `worker` */
  readonly prefix: string;
  /** `1`; null for a unit that is no instance. */
  readonly instance: string | null;
  /** `service` */
  readonly type: string;
  readonly file: string;
  readonly entries: readonly UnitEntry[];
}

/** Unit types; others are not of systemd. */
export const UNIT_NAME =
  /^([^/]+)\.(service|socket|timer|target|path|mount|automount|swap|slice|scope|device)$/;

/** @throws {UserError} `import/not-readable` for a line that assigns nothing. */
export function parseUnitFile(file: string, text: string): readonly UnitEntry[] {
  const entries: UnitEntry[] = [];
  let section: string | null = null;
  const lines = text.split(/\r\n|\n/);
  for (let index = 0; index < lines.length; index++) {
    const line = index + 1;
    if (isComment(lines[index]!) || lines[index]!.trim() === "") continue;
    let content = lines[index]!;
    // A line that ends with a backslash goes on in the next one, and comments between the two are no part of it.
    while (content.endsWith("\\") && index + 1 < lines.length) {
      index += 1;
      if (!isComment(lines[index]!)) content = `${content.slice(0, -1)} ${lines[index]!.trimStart()}`;
    }
    content = content.trim();
    const [, name] = /^\[([^\]]+)\]$/.exec(content) ?? [];
    if (name !== undefined) {
      section = name;
      continue;
    }
    const at = content.indexOf("=");
    if (at <= 0) {
      throw notReadable(
        file,
        line,
        `${quote(content)} is neither a [Section] nor a Key=value`,
        "write Key=value, or # before a comment",
      );
    }
    if (section === null) {
      throw notReadable(
        file,
        line,
        `${quote(content)} stands before the first [Section]`,
        "begin with [Unit] or [Service]",
      );
    }
    entries.push({
      key: `${section}.${content.slice(0, at).trim()}`,
      value: content.slice(at + 1).trim(),
      file,
      line,
    });
  }
  return entries;
}

function isComment(line: string): boolean {
  return /^\s*[#;]/.test(line);
}

/** The unit of a name. @param instance What a template is to stand for that is no instance. */
export function unitOf(
  name: string,
  file: string,
  entries: readonly UnitEntry[],
  instance: string | null = null,
): Unit {
  const [, stem = name, type = "service"] = UNIT_NAME.exec(name) ?? [];
  const at = stem.indexOf("@");
  const prefix = at < 0 ? stem : stem.slice(0, at);
  const own = at < 0 ? null : stem.slice(at + 1) === "" ? instance : stem.slice(at + 1);
  return {
    name: own === null ? name : `${prefix}@${own}.${type}`,
    prefix,
    instance: own,
    type,
    file,
    entries,
  };
}

/** The last value of a key; null if there is none, or it was taken back. */
export function lastOf({ entries }: Pick<Unit, "entries">, key: string): UnitEntry | null {
  const last = entries.findLast((entry) => entry.key === key);
  return last === undefined || last.value === "" ? null : last;
}

/** All values of a key, since it was last taken back. */
export function listOf({ entries }: Pick<Unit, "entries">, key: string): readonly UnitEntry[] {
  const all = entries.filter((entry) => entry.key === key);
  const reset = all.findLastIndex(({ value }) => value === "");
  return all.slice(reset + 1);
}

/** The names of units in the values of a key. */
export function namesOf(unit: Pick<Unit, "entries">, key: string): readonly string[] {
  return listOf(unit, key).flatMap(({ value }) => value.split(/\s+/));
}
