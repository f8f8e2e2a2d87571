/**
 * How a command reaches the guardian of a tree whose supervisor is dead: over a socket that is there only as long as that is
 * so, one line of JSON each way.
 */
import { Doorkeeper, type DoorLimits } from "../../actor/link/doorkeeper.ts";
import { ExitCode } from "../../base/exit_code.ts";
import { after } from "../../base/instant.ts";
import {
  decodeJson,
  decodeJsonOrNull,
  describeMisfit,
  JSON_LIMITS,
  list,
  number,
  object,
  type Shape,
  text,
  variant,
  where,
} from "../../base/shape.ts";
import { UserError } from "../../base/user_error.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { notTrusted } from "../../control/client.ts";
import { countsShape, receiptLineShape, survivorShape } from "../../engine/containment/receipt_shapes.ts";
import type { Host } from "../../host/ports/host.ts";
import type { ProcessId } from "../../host/ports/processes.ts";
import type { Connection } from "../../host/ports/sockets.ts";
import { openMemoryChannel } from "../../sync/memory_channel.ts";
import { whyNotTrusted } from "../connect_supervisor.ts";
import type { Cleared } from "../leftovers.ts";
import { type LaunchReport, type SupervisorOptions, supervisorOptionsShape } from "../launch_options.ts";
import { launchReportShape } from "../launch_report.ts";
import { readToEnd } from "../read_to_end.ts";

/** How many may be in the door: commands come one by one, and a guardian holds the pipes of a tree besides. */
const LIMITS: DoorLimits = { visitors: 32, guests: 32, guestsOfOne: 8 };

/** How long a request may take to come. */
const REQUEST_MS = 10_000;

/** How long a client may take to read the answer: a guardian that waits for that does nothing else. */
const ANSWER_MS = 5_000;

/** A receipt has a line for each process. */
const MOST_ANSWER_BYTES = 16 * 1_024 * 1_024;

const NEWLINE = 0x0a;

/** The requests to a guardian, and its answers. */
export interface DoorRequests {
  /** A new supervisor is to go on, started by the command, in the environment of the asker. */
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

type Request = {
  readonly [Op in keyof DoorRequests]: { readonly op: Op; readonly asked: DoorRequests[Op]["asked"] };
}[keyof DoorRequests];

/** A request that somebody waits for an answer to. */
export type DoorRequest = {
  readonly [Op in keyof DoorRequests]: {
    readonly op: Op;
    readonly asked: DoorRequests[Op]["asked"];
    /** The process that asks. */
    readonly pid: number;
    /** Answers, and hangs up. */
    readonly answer: (value: DoorRequests[Op]["answer"]) => Promise<void>;
  };
}[keyof DoorRequests];

/** The refusal instead of an answer. */
interface Refusal {
  readonly refused: string;
}

const REQUEST = variant<"op", Request>("op", {
  resume: object<Omit<Extract<Request, { readonly op: "resume" }>, "op">>({
    asked: object<DoorRequests["resume"]["asked"]>({
      command: where(list(text), (command) => command.length > 0, "a command"),
      options: supervisorOptionsShape,
    }),
  }),
  end: object<Omit<Extract<Request, { readonly op: "end" }>, "op">>({
    asked: object<DoorRequests["end"]["asked"]>({
      graceMs: where(number, (ms) => ms >= 0, "a number of milliseconds"),
    }),
  }),
});

const ANSWERS: { readonly [Op in keyof DoorRequests]: Shape<DoorRequests[Op]["answer"]> } = {
  resume: launchReportShape,
  end: object<Cleared>({
    processes: list(receiptLineShape),
    counts: countsShape,
    survivors: list(survivorShape),
    unattributed: list(survivorShape),
  }),
};

const REFUSAL = object<Refusal>({ refused: text });

/** Lets commands in, those of a user and of root, until it is closed. */
export class GuardianDoor {
  readonly #host: Host;
  readonly #uid: number;
  readonly #requests = openMemoryChannel<{ readonly connection: Connection; readonly asked: DoorRequest }>(
    Infinity,
  );
  readonly #door = new Doorkeeper({
    limits: LIMITS,
    tell: (connection, why) => connection.write(encodeLine({ refused: `too many are here: ${why}` })),
  });
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
  async next(): Promise<DoorRequest> {
    const { connection, asked } = await this.#requests[1].receive();
    this.#waiting.delete(connection);
    return asked;
  }

  /** A client that still waits in it gets no answer, and has to look anew. */
  close(): void {
    this.#close();
    for (const connection of [...this.#waiting, ...this.#door.visitors]) connection.close();
    this.#waiting.clear();
  }

  async #hear(connection: Connection): Promise<void> {
    this.#door.visit(connection);
    const { clock } = this.#host;
    const revoke = clock.schedule(after(clock.now(), REQUEST_MS), () => {
      void refuse(connection, `no request has come within ${REQUEST_MS / 1_000} s`);
    });
    const said = await readToEnd(connection, { isLast: (bytes) => bytes.includes(NEWLINE) });
    revoke();
    const request = decodeJson(REQUEST, said);
    if (!request.ok) {
      this.#door.leave(connection);
      return await refuse(connection, `this is no request: ${describeMisfit(request)}`);
    }
    if (!this.#door.welcome(connection)) return;
    const answer = async (value: unknown) => {
      const hangUp = clock.schedule(after(clock.now(), ANSWER_MS), () => connection.close());
      await fromPromise(connection.write(encodeLine(value)));
      hangUp();
      await fromPromise(connection.end());
      this.#door.leave(connection);
    };
    this.#waiting.add(connection);
    const asked = { ...request.value, pid: connection.peer!.pid, answer } as DoorRequest;
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
 * @throws {UserError} `guardian/refused` if the guardian does not do it.
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
  await connection.write(encodeLine({ op, asked }));
  const said = await readToEnd(connection, { maxBytes: MOST_ANSWER_BYTES });
  connection.close();
  const refusal = decodeJsonOrNull(REFUSAL, said);
  if (refusal !== null) {
    throw new UserError("guardian/refused", `The guardian of the tree has refused: ${refusal.refused}`, {
      exitCode: ExitCode.noAnswer,
      hint: "try again; `supervise down --force` ends the tree without it",
    });
  }
  return decodeJsonOrNull(ANSWERS[op] as Shape<DoorRequests[Op]["answer"]>, said, {
    ...JSON_LIMITS,
    maxChars: MOST_ANSWER_BYTES,
  });
}

async function refuse(connection: Connection, why: string): Promise<void> {
  await connection.write(encodeLine({ refused: why }));
  connection.close();
}

function encodeLine(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`);
}
