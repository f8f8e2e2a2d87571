/** What the contract of the host ports is tried on, and the programs that it is tried with. */
import assert from "node:assert/strict";
import type { Host } from "../../../lib/host/ports/host.ts";
import type { ByteSource, Child, SpawnSpec } from "../../../lib/host/ports/processes.ts";
import { test } from "../../harness/test.ts";

/** Command lines of programs that do what their names say. Those that stay print a line when they are ready. */
export interface Programs {
  exitWith(code: number): readonly string[];
  /** Ends itself with SIGTERM. */
  readonly endItself: readonly string[];
  say(out: string, err: string): readonly string[];
  /** Prints its environment, a variable a line. */
  readonly tellEnvironment: readonly string[];
  readonly tellFolder: readonly string[];
  /** Prints its user, its group, all of its groups in order, its umask and its priority, each in a line. */
  readonly tellStanding: readonly string[];
  readonly copyInput: readonly string[];
  /** Copies all of one descriptor to another. */
  copyDescriptor(from: number, to: number): readonly string[];
  readonly talkForever: readonly string[];
  readonly stay: readonly string[];
  /** Stays, deaf to SIGTERM. */
  readonly stayStubbornly: readonly string[];
  /** Stays; on SIGTERM says `bye` and exits with 7. */
  readonly stayPolitely: readonly string[];
  /** Closes both output streams, and stays. */
  readonly staySilently: readonly string[];
  /** Prints the number of a child in its group, and stays; so does the child. */
  readonly stayWithChild: readonly string[];
  /** Exits with 0 if it could start a child, else with 2. */
  readonly haveChild: readonly string[];
  /** Takes more and more memory, at most a gibibyte; exits with another code than 0 if it could. */
  readonly hoard: readonly string[];
  /** Prints the number of a grandchild that stays in a session of its own, and exits. */
  readonly leaveBehind: readonly string[];
  /** Listens on a socket, says that it is up, and says hello to whoever connects. */
  listenOn(address: string): readonly string[];
  /** The same, and hangs up on each at once. */
  hangUpOn(address: string): readonly string[];
  /** Takes the lock of a file, says that it is up, and stays. */
  holdLock(path: string): readonly string[];
  /** Sends texts to its NOTIFY_SOCKET, waits until all are heard, and prints `heard`. */
  notify(...texts: readonly string[]): readonly string[];
  /** Exits, and leaves a grandchild that exits with `code`. */
  leaveToExit(code: number): readonly string[];
}

/** What answers on a port. */
export interface Served {
  readonly port: number;
  close(): Promise<void>;
}

/** A host under test, with what only it knows how to arrange. */
export interface Subject {
  readonly host: Host;
  /** An empty folder of its own. */
  readonly folder: string;
  /** What the programs need in their environment. It marks them too. */
  readonly env: Readonly<Record<string, string>>;
  readonly programs: Programs;
  /** Makes our own process one of root, if it is not. */
  becomeRoot(): void;
  writeFile(path: string, text: string, mode?: number): void;
  link(path: string, target: string): void;
  /** A file on a disk without space. */
  fullFile(): Promise<string>;
  /** Answers every GET with a status, or never. */
  serve(status: number | "silence"): Promise<Served>;
  /** A port that nobody listens on. */
  freePort(): Promise<number>;
  /** Fails if a process of the test is left, be it as a zombie; lets go of everything. */
  close(): Promise<void>;
}

/** Opens a host for one test. */
export type OpenSubject = () => Promise<Subject>;

/** Registers one guarantee of the contract. */
export type Guarantee<S = Subject> = (name: string, body: (subject: S) => void | Promise<void>) => void;

/** Registers guarantees of a host under its name. */
export function guarantees(name: string, open: OpenSubject): Guarantee {
  return (sentence, body) =>
    test(`${name}: ${sentence}`, async () => {
      const subject = await open();
      try {
        await body(subject);
      } catch (error) {
        // What is left then says less than what went wrong.
        await subject.close().catch(() => {});
        throw error;
      }
      await subject.close();
    });
}

/** Starts a program with piped output; `changes` are what differs from the usual. */
export function start(subject: Subject, argv: readonly string[], changes: Partial<SpawnSpec> = {}): Child {
  const { host, folder, env } = subject;
  return host.processes.spawn({ argv, env, cwd: folder, stdin: null, output: "pipe", ...changes });
}

/** Everything that comes until the end. */
export async function textOf(source: ByteSource | null): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for (let bytes = await source!.read(); bytes !== null; bytes = await source!.read()) {
    text += decoder.decode(bytes, { stream: true });
  }
  return text;
}

/** The first line, as soon as it is there. */
export async function lineOf(source: ByteSource | null): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  while (!text.includes("\n")) {
    const bytes = await source!.read();
    assert.ok(bytes !== null, `the stream ended after ${JSON.stringify(text)}`);
    text += decoder.decode(bytes, { stream: true });
  }
  return text.slice(0, text.indexOf("\n"));
}

/** Kills a process and waits until it was reaped. */
export async function finish({ host }: Subject, child: Child): Promise<void> {
  host.processes.signal(child, "SIGKILL");
  await child.exited;
  child.stdout?.close();
  child.stderr?.close();
}
