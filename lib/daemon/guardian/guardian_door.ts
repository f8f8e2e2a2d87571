/**
 * How a command reaches the guardian of a tree whose supervisor is dead: over a socket that is there only as long as that is
 * so, one line of JSON each way.
 */
import { fromPromise } from "../../bridge/from_promise.ts";
import { notTrusted } from "../../control/client.ts";
import type { Host } from "../../host/ports/host.ts";
import type { ByteSource, ProcessId } from "../../host/ports/processes.ts";
import type { Connection } from "../../host/ports/sockets.ts";
import { openMemoryChannel } from "../../sync/memory_channel.ts";
import { whyNotTrusted } from "../connect_supervisor.ts";
import type { Cleared } from "../leftovers.ts";
import type { LaunchReport, SupervisorOptions } from "../launch_options.ts";

/** Longer than any request. */
const MOST_BYTES = 1_024 * 1_024;

/** What is asked of a guardian, and what it answers. */
export interface DoorRequests {
  /** A new supervisor is to go on, started by the command, in the environment of whoever asks. */
  readonly resume: {
    readonly asked: { readonly command: readonly string[]; readonly options: SupervisorOptions };
    readonly answer: LaunchReport;
  };
  /** Everything is to be ended. */
  readonly end: {
    readonly asked: { readonly graceMs: number };
    readonly answer: Cleared;
  };
}

/** A request that somebody waits for an answer to. */
export type Asked = {
  readonly [Op in keyof DoorRequests]: {
    readonly op: Op;
    readonly asked: DoorRequests[Op]["asked"];
    /** Who asks. */
    readonly pid: number;
    /** Answers, and hangs up. */
    readonly answer: (value: DoorRequests[Op]["answer"]) => Promise<void>;
  };
}[keyof DoorRequests];

/** Lets commands in, those of a user and of root, until it is closed. */
export class GuardianDoor {
  readonly #host: Host;
  readonly #uid: number;
  readonly #requests = openMemoryChannel<{ readonly connection: Connection; readonly asked: Asked }>(
    Infinity,
  );
  /** Connections whose requests nobody has taken. */
  readonly #waiting = new Set<Connection>();
  #close: () => void = () => {};

  constructor(host: Host, uid: number) {
    this.#host = host;
    this.#uid = uid;
  }

  /** @param name The socket's file as others find it. @param path The same by a folder that is held. */
  async open(name: string, path: string): Promise<void> {
    const listen = (onConnection: (connection: Connection) => void) =>
      this.#host.sockets.listen(name, onConnection, path);
    const listener = await fromPromise(listen((connection) => {
      const isTrusted = connection.peer?.uid === this.#uid || connection.peer?.uid === 0;
      if (isTrusted) void this.#hear(connection);
      else connection.close();
    }));
    this.#close = () => listener.close();
  }

  /** Waits for the next request. */
  async next(): Promise<Asked> {
    const { connection, asked } = await this.#requests[1].receive();
    this.#waiting.delete(connection);
    return asked;
  }

  /** Whoever still waits in it gets no answer, and has to look anew. */
  close(): void {
    this.#close();
    for (const connection of this.#waiting) connection.close();
    this.#waiting.clear();
  }

  async #hear(connection: Connection): Promise<void> {
    this.#waiting.add(connection);
    const text = await readText(connection, (read) => read.includes("\n"));
    if (!this.#waiting.has(connection)) return;
    const request = parse(text);
    if (request === null) return connection.close();
    const answer = async (value: unknown) => {
      await fromPromise(connection.write(new TextEncoder().encode(`${JSON.stringify(value)}\n`)));
      await fromPromise(connection.end());
    };
    const asked = { ...request, pid: connection.peer!.pid, answer } as Asked;
    this.#requests[0].sendNowait({ connection, asked });
  }
}

/** The door of a guardian, and who is to be behind it. */
export interface Door {
  readonly path: string;
  readonly uid: number;
  readonly guardian: ProcessId;
}

/**
 * Asks a guardian; null if it is not there, or was called away before it answered.
 *
 * @throws {UserError} `control/not-trusted` if somebody else is there, who is told nothing.
 */
export async function askGuardian<Op extends keyof DoorRequests>(
  host: Host,
  { path, uid, guardian }: Door,
  op: Op,
  asked: DoorRequests[Op]["asked"],
): Promise<DoorRequests[Op]["answer"] | null> {
  const connection = await host.sockets.connect(path);
  if (connection === null) return null;
  const why = whyNotTrusted(uid, guardian, connection.peer);
  if (why !== null) {
    connection.close();
    throw notTrusted(why);
  }
  await connection.write(new TextEncoder().encode(`${JSON.stringify({ op, asked })}\n`));
  const text = await readText(connection, () => false);
  connection.close();
  return parse(text) as DoorRequests[Op]["answer"] | null;
}

async function readText(source: ByteSource, isWhole: (text: string) => boolean): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  while (!isWhole(text) && text.length < MOST_BYTES) {
    const bytes = await source.read();
    if (bytes === null) break;
    text += decoder.decode(bytes, { stream: true });
  }
  return text;
}

function parse(text: string): object | null {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
