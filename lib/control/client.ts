/** A client's side of the control socket: requests with their answers, any number at once. */
import { ExitCode } from "../base/exit_code.ts";
import { after } from "../base/instant.ts";
import { UserError } from "../base/user_error.ts";
import type { Host } from "../host/ports/host.ts";
import type { Connection, Peer } from "../host/ports/sockets.ts";
import { FrameError } from "../wire/frame_splitter.ts";
import { encodeFrame, FrameDecoder } from "../wire/frames.ts";
import { VERSION } from "../base/version.ts";
import { completed, otherVersion } from "./other_version.ts";
import {
  CORE,
  type FollowItem,
  type Op,
  PROTOCOL_VERSION,
  REPLY_LIMITS,
  type ReplyMessage,
  type Requests,
  type Results,
} from "./protocol.ts";
import { readWireError } from "./wire_error.ts";

/** Takes what a follower is sent; nothing more is read until it is done. */
export type OnItems = (items: readonly FollowItem[]) => void | Promise<void>;

interface Open {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly onItems: OnItems | null;
}

/** A connection to a supervisor. */
export class ControlClient {
  readonly #connection: Connection;
  readonly #open = new Map<number, Open>();
  #lastId = 0;
  #closed = false;
  /** Why the supervisor hangs up, if it has said so. */
  #refusal: UserError | null = null;
  #greeted: Results["hello"] | null = null;
  /** The version of a supervisor that speaks another protocol; null for one that speaks ours. */
  #otherVersion: string | null = null;
  /** Resolves when the supervisor has closed the connection, or it was closed here. */
  readonly closed: Promise<void>;

  /** @internal */
  constructor(connection: Connection) {
    this.#connection = connection;
    this.closed = this.#receiveAll();
  }

  /**
   * Asks for something.
   *
   * @throws {UserError} What the supervisor says, or `control/lost` if the connection is lost before it does.
   */
  request<O extends Op>(op: O, fields: Requests[O]): Promise<Results[O]> {
    const answer = this.#send(op, fields, null) as Promise<Results[O]>;
    return this.#otherVersion === null ? answer : answer.then((result) => this.understood(op, result));
  }

  /** An answer, completed by the fields that a supervisor of another version does not know. */
  understood<O extends Op>(op: O, result: Results[O]): Results[O] {
    if (this.#otherVersion === null || op !== "status") return result;
    return completed(result as Results["status"]) as Results[O];
  }

  /** The greeting of the supervisor. */
  get greeted(): Results["hello"] {
    return this.#greeted!;
  }

  /** Greets the supervisor. @throws {UserError} */
  async greet(): Promise<void> {
    const greeted = await this.request("hello", { protocol: PROTOCOL_VERSION, version: VERSION });
    this.#greeted = greeted;
    if (greeted.protocol !== PROTOCOL_VERSION) this.#otherVersion = greeted.version;
  }

  /** Follows what happens, until the tree has ended. @throws {UserError} And whatever `onItems` throws. */
  follow(fields: Requests["follow"], onItems: OnItems): Promise<void> {
    return this.#send("follow", fields, onItems) as Promise<void>;
  }

  /** Closes the connection. Idempotent. */
  close(): void {
    this.#connection.close();
  }

  #send(op: Op, fields: object, onItems: Open["onItems"]): Promise<unknown> {
    const id = ++this.#lastId;
    const answer = new Promise((resolve, reject) => {
      if (this.#closed) return reject(this.#refusal ?? lost());
      if (this.#otherVersion !== null && !CORE.has(op)) {
        return reject(otherVersion({ supervisor: this.#otherVersion, client: VERSION }));
      }
      this.#open.set(id, { resolve, reject, onItems });
      this.#connection.write(encodeFrame({ id, op, ...fields }));
    });
    // Of several requests only one may be awaited when the connection is lost: the others are no unhandled rejections.
    answer.catch(() => {});
    return answer;
  }

  async #receiveAll(): Promise<void> {
    const decoder = new FrameDecoder(REPLY_LIMITS);
    try {
      for (let bytes = await this.#connection.read(); bytes !== null; bytes = await this.#connection.read()) {
        for (const value of decoder.push(bytes)) await this.#receive(value as ReplyMessage);
      }
    } catch {
      // A message that cannot be read ends the connection: those that wait for it are told that it is lost.
    } finally {
      this.#closed = true;
      this.#connection.close();
      for (const open of this.#open.values()) open.reject(this.#refusal ?? lost());
      this.#open.clear();
    }
  }

  async #receive(message: ReplyMessage): Promise<void> {
    // An error that is no answer is about the connection, which ends.
    if (message.id === 0 && "error" in message) this.#refusal = readWireError(message.error);
    if (!Number.isInteger(message.id)) throw new FrameError("A frame that is no answer: it needs an id");
    const open = this.#open.get(message.id);
    if (open === undefined) return;
    if ("items" in message) return await this.#hand(message.id, open, [...message.items as FollowItem[]]);
    if ("result" in message) open.resolve(message.result);
    else if ("json" in message) open.resolve(JSON.parse(message.json));
    else {
      const error = readWireError(message.error);
      if (error === null) throw new FrameError("A frame with an error that cannot be read");
      open.reject(this.#ofTwoVersions(error));
    }
    // Not before it is settled: what turns out to be no answer leaves the request open, to be told of the loss.
    this.#open.delete(message.id);
  }

  /** A request that a supervisor of another version does not know, though it speaks our protocol, is no mistake of the caller. */
  #ofTwoVersions(error: UserError): UserError {
    const supervisor = this.#greeted?.version ?? VERSION;
    const isStranger = error.code === "control/bad-request" && supervisor !== VERSION;
    return isStranger ? otherVersion({ supervisor, client: VERSION }) : error;
  }

  /** Hands items to a follower. One that throws is told nothing more; that is no reason to lose the connection. */
  async #hand(id: number, { onItems, reject }: Open, items: readonly FollowItem[]): Promise<void> {
    try {
      await onItems?.(items);
    } catch (error) {
      this.#open.delete(id);
      reject(error);
    }
  }
}

/** A request that is sent along with the greeting. */
export interface AskedAlong<O extends Op> {
  readonly send: (client: ControlClient) => void;
  /** The answer, once it was sent. */
  readonly answer: () => Promise<Results[O]>;
}

/** The requests that change nothing: a supervisor that does not understand us may have answered one before we know. */
type Harmless = "status" | "summary" | "sync";

/** Asks for something along with the greeting, so that one message and one answer do. */
export function askAlong<O extends Harmless>(op: O, fields: Requests[O]): AskedAlong<O> {
  let sent: { readonly client: ControlClient; readonly answer: Promise<Results[O]> } | null = null;
  return {
    send: (client) => sent = { client, answer: client.request(op, fields) },
    // By then it is known which version has answered.
    answer: async () => {
      if (sent === null) throw lost();
      return sent.client.understood(op, await sent.answer);
    },
  };
}

/** How long a supervisor may take for its first answer. */
const HELLO_TIMEOUT_MS = 5_000;

/**
 * Connects to the supervisor at `path` and makes sure that it is one, that it answers, and in our language.
 *
 * @param doubt Told who listens, before anything is said: why that is not who is meant; null if it is.
 * @param along Sends what is asked without waiting for the answer to the greeting ({@linkcode askAlong}).
 * @returns Null if nobody listens there.
 * @throws {UserError} `control/not-trusted`, `control/version`, `control/no-answer`
 */
export async function connectControl(
  host: Pick<Host, "clock" | "sockets">,
  path: string,
  doubt: (peer: Peer | null) => string | null,
  along: (client: ControlClient) => void = () => {},
): Promise<ControlClient | null> {
  const connection = await host.sockets.connect(path);
  if (connection === null) return null;
  const why = doubt(connection.peer);
  if (why !== null) {
    connection.close();
    throw notTrusted(why);
  }
  const client = new ControlClient(connection);
  let isLate = false;
  const revoke = host.clock.schedule(after(host.clock.now(), HELLO_TIMEOUT_MS), () => {
    isLate = true;
    client.close();
  });
  try {
    const greeted = client.greet();
    along(client);
    await greeted;
    return client;
  } catch (error) {
    client.close();
    throw isLate ? noAnswer() : error;
  } finally {
    revoke();
  }
}

/** The error of a client or a guardian that finds somebody else where it wants to say something. */
export function notTrusted(why: string): UserError {
  return new UserError(
    "control/not-trusted",
    `The socket of the tree is not that of its supervisor: ${why}`,
    {
      exitCode: ExitCode.notPermitted,
      hint: "nothing was said to it; look who made it, and end that",
    },
  );
}

function noAnswer(): UserError {
  return new UserError("control/no-answer", "The supervisor is there but does not answer", {
    exitCode: ExitCode.noAnswer,
    hint: "`supervise down --force` ends it and everything below it",
  });
}

function lost(): UserError {
  return new UserError("control/lost", "The supervisor closed the connection before it answered", {
    exitCode: ExitCode.noAnswer,
    hint: "`supervise ps` shows whether the tree still runs",
  });
}
