/** A control server with an engine that is a puppet, on connections in memory and a virtual clock. */
import type { FrameReader } from "../../lib/actor/link/frame_reader.ts";
import type { Plan } from "../../lib/config/plan.ts";
import type { LoadedPlan } from "../../lib/control/apply_file.ts";
import { ControlClient } from "../../lib/control/client.ts";
import type { EndReport, ReplyMessage } from "../../lib/control/protocol.ts";
import { REPLY_LIMITS } from "../../lib/control/protocol.ts";
import { ControlServer } from "../../lib/control/server.ts";
import { Service } from "../../lib/control/service.ts";
import { NONE_ENDED } from "../../lib/engine/containment/ledger.ts";
import { connectionPair, type PairOptions } from "../../lib/host/fake/connection_pair.ts";
import type { Host } from "../../lib/host/ports/host.ts";
import type { ProcessRow } from "../../lib/host/ports/processes.ts";
import type { Connection } from "../../lib/host/ports/sockets.ts";
import type { Clock } from "../../lib/scope/clock.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { FrameDecoder } from "../../lib/wire/frames.ts";
import { planOf, type TreeSketch } from "../harness/plan.ts";
import { PuppetEngine } from "./puppet_engine.ts";

/** The user that the server trusts, beside root. */
export const OWN_UID = 1_000;

/** How a tree ended, for those who wait for it. */
export const END: EndReport = {
  outcome: "completed",
  reason: null,
  exitCode: 0,
  processes: [],
  counts: NONE_ENDED,
  survivors: [],
  leftOnPurpose: [],
  own: [],
  instance: "test",
  containment: "subreaper",
};

const PLAN: TreeSketch = {
  children: { a: { daemon: true }, pool: { children: { b: { daemon: true }, c: {} } } },
};

/** See the module. */
export class Stage {
  readonly engine: PuppetEngine;
  readonly service: Service;
  readonly server: ControlServer;
  readonly host: Host;
  /** Connections of actors, handed over with what was read of them. */
  readonly adopted: { readonly connection: Connection; readonly reader: FrameReader }[] = [];
  /** The processes of the machine. */
  readonly processes: ProcessRow[] = [];
  /** What the file of the tree holds. */
  file: () => LoadedPlan = () => ({
    plan: this.engine.state.plan,
    problems: [],
    texts: new Map(),
    scaled: [],
    variables: new Map(),
  });
  /** The plans that were taken. */
  readonly taken: Plan[] = [];
  /** How often the server said that the owner is lost. */
  ownersLost = 0;
  readonly #opened: Connection[] = [];
  #accept: ((connection: Connection) => void) | null = null;

  constructor(clock: Clock, plan: TreeSketch = PLAN) {
    this.engine = new PuppetEngine(planOf(plan));
    this.host = this.#hostWith(clock);
    this.service = new Service(this.engine, this.host, {
      kept: this.file(),
      load: () => Promise.resolve(this.file()),
      scale: () => Promise.resolve(this.file()),
      keep: (loaded) => this.taken.push(loaded.plan!),
    }, () => Promise.reject(new Error("it is handed over to nobody")));
    this.server = new ControlServer({
      host: this.host,
      service: this.service,
      runtime: { adopt: (connection, reader) => this.adopted.push({ connection, reader }) },
      uid: OWN_UID,
      onOwnerLost: () => this.ownersLost += 1,
    });
  }

  /** Connects and gives the client's end. */
  connect(options: PairOptions = {}): Connection {
    const [mine, theirs] = connectionPair({ peer: { pid: 1, uid: OWN_UID }, ...options });
    this.#opened.push(mine);
    this.#accept!(theirs);
    return mine;
  }

  client(options: PairOptions = {}): ControlClient {
    return new ControlClient(this.connect(options));
  }

  /** Hangs up every connection that was opened here. */
  hangUp(): void {
    for (const connection of this.#opened) connection.close();
  }

  #hostWith(clock: Clock): Host {
    const host: Pick<Host, "clock" | "wallClock"> & { processes: object; sockets: object } = {
      clock,
      wallClock: () => 1_700_000_000_000,
      processes: {
        ownPid: 4_242,
        table: () => this.processes,
        find: (pid: number) => this.processes.find((row) => row.pid === pid) ?? null,
        childrenOf: (pid: number) =>
          this.processes.filter(({ parent }) => parent === pid).map(({ pid }) => pid),
      },
      sockets: {
        listen: (_: string, onConnection: (connection: Connection) => void) => {
          this.#accept = onConnection;
          return Promise.resolve({ close() {} });
        },
        connect: () => Promise.resolve(this.connect()),
      },
    };
    return host as Host;
  }
}

/** Runs `body` while a control server serves; whoever is connected at the end is hung up. */
export async function onStage(body: (stage: Stage) => Promise<void>, plan?: TreeSketch): Promise<void> {
  await runVirtual(async (clock) => {
    const stage = new Stage(clock, plan);
    await stage.server.listen("/test/control.sock");
    await openNursery(async (nursery) => {
      nursery.startSoon(() => stage.server.run(), { name: "server" });
      await body(stage);
      stage.server.finish();
      stage.hangUp();
    }, { collapse: true });
  });
}

/** Lets everybody do what they can do without waiting for time. */
export async function settled(): Promise<void> {
  await sleep(1);
}

/** Reads what the server says on a connection until it hangs up. */
export async function readAll(connection: Connection): Promise<readonly ReplyMessage[]> {
  const decoder = new FrameDecoder(REPLY_LIMITS);
  const messages: ReplyMessage[] = [];
  for (let bytes = await connection.read(); bytes !== null; bytes = await connection.read()) {
    messages.push(...decoder.push(bytes) as readonly ReplyMessage[]);
  }
  return messages;
}

/** Reads on a connection until `count` messages have come. */
export async function readMessages(connection: Connection, count: number): Promise<readonly ReplyMessage[]> {
  const decoder = new FrameDecoder(REPLY_LIMITS);
  const messages: ReplyMessage[] = [];
  while (messages.length < count) {
    const bytes = await connection.read();
    if (bytes === null) break;
    messages.push(...decoder.push(bytes) as readonly ReplyMessage[]);
  }
  return messages;
}
