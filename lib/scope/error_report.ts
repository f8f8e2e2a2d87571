/** Errors as people read them: a tree, with the tasks that raised them, their causes, and the frames of their code. */
import { readableFrames } from "../base/readable_frames.ts";
import { messageOf } from "../base/user_error.ts";

/** How an error is shown. */
export interface ErrorReportOptions {
  /**
   * Whether to use colours: the frames of the library and of the runtime are dimmed.
   *
   * @default {false}
   */
  readonly colors?: boolean;
}

/** A group, as far as printing goes; errors that hold others for other reasons are printed as groups too. */
interface Group {
  readonly errors: readonly unknown[];
  taskOf?(error: unknown): string | null;
}

/** Where the code of this library lies: its frames say little to a user who looks for a failure of his own. */
const LIBRARY = import.meta.url.replace(/scope\/[^/]*$/, "").replace(/^file:\/\//, "");

/**
 * Describes an error and all that it holds: the parts of groups with the names of their tasks, causes, and errors that
 * cleanup ran into while another was on its way (`SuppressedError`).
 */
export function reportError(error: unknown, options: ErrorReportOptions = {}): string {
  return linesOf(error, { colors: options.colors ?? false, seen: new Set() }).join("\n");
}

interface Context {
  readonly colors: boolean;
  /** Errors on the way to this one: a cause may lead back. */
  readonly seen: ReadonlySet<unknown>;
}

function linesOf(error: unknown, context: Context): readonly string[] {
  if (!(error instanceof Error)) return [`thrown: ${messageOf(error)}`];
  if (context.seen.has(error)) return [`${headline(error)} (see above)`];
  const inner: Context = { ...context, seen: new Set([...context.seen, error]) };
  const lines = [headline(error), ...framesOf(error, context)];
  const parts = partsOf(error);
  parts.forEach(({ label, error: part }, index) => {
    const isLast = index === parts.length - 1;
    const [first, ...others] = linesOf(part, inner);
    lines.push(`${isLast ? "`-" : "|-"} ${label}${first!}`);
    lines.push(...others.map((line) => `${isLast ? "  " : "| "} ${line}`));
  });
  return lines;
}

interface Part {
  readonly label: string;
  readonly error: unknown;
}

function partsOf(error: Error): readonly Part[] {
  if (isGroup(error)) {
    return error.errors.map((part) => {
      const task = error.taskOf?.(part) ?? null;
      return { label: task === null ? "" : `task "${task}": `, error: part };
    });
  }
  const parts: Part[] = [];
  if (error.name === "SuppressedError" && "error" in error && "suppressed" in error) {
    parts.push({ label: "raised by cleanup: ", error: error.error });
    parts.push({ label: "while there was: ", error: error.suppressed });
  }
  if (error.cause !== undefined) parts.push({ label: "caused by: ", error: error.cause });
  return parts;
}

function isGroup(error: Error): error is Error & Group {
  return "errors" in error && Array.isArray(error.errors);
}

function headline(error: Error): string {
  const message = messageOf(error);
  return message === "" ? error.name : `${error.name}: ${message}`;
}

/** The stack below the message; that of a group says only where its nursery is, so it is left out. */
function framesOf(error: Error, { colors }: Context): readonly string[] {
  if (isGroup(error)) return [];
  return readableFrames(error.stack).map((frame) => {
    const text = `    ${frame.trim()}`;
    return colors && isOwn(frame) ? `\x1b[2m${text}\x1b[22m` : text;
  });
}

function isOwn(frame: string): boolean {
  return frame.includes(LIBRARY) || /\(?(node|ext|native|bun|internal):/.test(frame);
}
