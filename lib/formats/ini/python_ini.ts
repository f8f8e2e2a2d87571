/**
 * Ini files as ConfigParser of Python reads them, for tools that are written in it: `[section]`, `key = value` or
 * `key: value`, comments, and values that go on in lines that are indented further.
 */
import { quote } from "../../config/wording.ts";
import { notReadable } from "../not_readable.ts";

/** A key with its value, and where it stands. */
export interface IniEntry {
  readonly name: string;
  readonly value: string;
  readonly file: string;
  readonly line: number;
}

/** A section as it stands in one file; a name may come again. */
export interface IniSection {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly entries: readonly IniEntry[];
}

/** The differences from tool to tool. */
export interface IniDialect {
  /** Characters that begin a comment behind a value, if a blank stands before them. */
  readonly inlineComments: string;
  /** Whether names of keys are the same in capitals. */
  readonly lowerCase: boolean;
}

const HEADER = /^\[([^\]]+)\]/;
const ENTRY = /^(.*?)\s*[=:]\s*(.*)$/s;

/** @throws {UserError} `import/not-readable` for a line that is none of this. */
export function parsePythonIni(file: string, text: string, dialect: IniDialect): readonly IniSection[] {
  const sections: (IniSection & { entries: IniEntry[] })[] = [];
  let open: { entry: IniEntry; indent: number } | null = null;
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const line = index + 1;
    if (/^\s*[#;]/.test(raw)) continue;
    const content = withoutComment(raw, dialect.inlineComments).trim();
    if (content === "") continue;
    const indent = raw.length - raw.trimStart().length;
    const section = sections.at(-1);
    if (open !== null && indent > open.indent && section !== undefined) {
      open.entry = { ...open.entry, value: `${open.entry.value}\n${content}`.trimStart() };
      section.entries[section.entries.length - 1] = open.entry;
      continue;
    }
    const [, name] = HEADER.exec(content) ?? [];
    if (name !== undefined) {
      sections.push({ name: name.trim(), file, line, entries: [] });
      open = null;
      continue;
    }
    const entry = entryOf(content, file, line, dialect);
    if (section === undefined) {
      throw notReadable(
        file,
        line,
        `${quote(content)} stands before the first [section]`,
        "begin the file with a section",
      );
    }
    section.entries.push(entry);
    open = { entry, indent };
  }
  return sections;
}

function entryOf(content: string, file: string, line: number, { lowerCase }: IniDialect): IniEntry {
  const [, name = "", value = ""] = ENTRY.exec(content) ?? [];
  if (name === "") {
    throw notReadable(
      file,
      line,
      `${quote(content)} is neither a [section] nor a key with a value`,
      "write `key = value`; a line that goes on with the value above is indented",
    );
  }
  return { name: lowerCase ? name.toLowerCase() : name, value, file, line };
}

function withoutComment(line: string, marks: string): string {
  for (let at = 1; at < line.length; at++) {
    if (marks.includes(line[at]!) && /\s/.test(line[at - 1]!)) return line.slice(0, at);
  }
  return line;
}

/** A section of all files together. */
export interface MergedSection {
  readonly name: string;
  /** Where it begins. */
  readonly file: string;
  readonly line: number;
  /** In the order in which they were first written. */
  readonly entries: Map<string, IniEntry>;
}

/** Entries that a later one of the same name and section has taken the place of. */
export interface MergedIni {
  readonly sections: ReadonlyMap<string, MergedSection>;
  readonly replaced: readonly { readonly section: string; readonly entry: IniEntry; readonly by: IniEntry }[];
}

/** Sections of one name are one, and of a key that stands twice the later one counts. */
export function mergeSections(all: readonly IniSection[]): MergedIni {
  const sections = new Map<string, MergedSection>();
  const replaced: { section: string; entry: IniEntry; by: IniEntry }[] = [];
  for (const { name, file, line, entries } of all) {
    const merged = sections.get(name) ?? { name, file, line, entries: new Map<string, IniEntry>() };
    sections.set(name, merged);
    for (const entry of entries) {
      const before = merged.entries.get(entry.name);
      if (before !== undefined) replaced.push({ section: name, entry: before, by: entry });
      merged.entries.set(entry.name, entry);
    }
  }
  return { sections, replaced };
}

/** `yes`, `true`, `on` and `1`, and their contraries; null for anything else. */
export function pythonBoolean(value: string): boolean | null {
  if (/^(?:true|yes|on|1)$/i.test(value)) return true;
  return /^(?:false|no|off|0)$/i.test(value) ? false : null;
}
