/** The effects of the requests of clients: a table of one function each, on the engine of the tree. */
import { ExitCode } from "../base/exit_code.ts";
import { nameSome } from "../base/name_some.ts";
import { UserError } from "../base/user_error.ts";
import { VERSION } from "../base/version.ts";
import type { PlanChange } from "../config/changes/diff_plans.ts";
import { nodeAt, type NodeId, type Plan, ROOT } from "../config/plan.ts";
import { selectOrThrow } from "../config/select.ts";
import type { Engine, EngineReply, EngineRequest } from "../engine/engine.ts";
import type { Guests } from "../engine/run/guests.ts";
import type { Host } from "../host/ports/host.ts";
import type { ProcessId } from "../host/ports/processes.ts";
import type { Peer } from "../host/ports/sockets.ts";
import { Event } from "../sync/event.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import { askedBy } from "../supervision/asker.ts";
import type { Refusal, TeardownCause } from "../supervision/reason.ts";
import type { State } from "../supervision/state.ts";
import type { Place } from "../supervision/topology.ts";
import { isPresent, presentIn } from "../supervision/view.ts";
import { describeRefusal } from "../words/describe_refusal.ts";
import type { Follower } from "./outbox.ts";
import {
  type ActionResult,
  type ApplyResult,
  type EndReport,
  type Op,
  PROTOCOL_VERSION,
  type Requests,
  type Results,
  type TreeStatus,
} from "./protocol.ts";
import { detailsOf, type DetailsSource } from "./details.ts";
import type { ExplainSource } from "./explain.ts";
import type { ControlRequest } from "./requests.ts";
import { Askers } from "./askers.ts";
import { type Applied, FileApplier, goneBy, type PlanSource, touchedBy } from "./apply_file.ts";
import { SharedLook } from "./shared_look.ts";
import { stateOf, type StatusSource, treeStatus } from "./status.ts";
import { toWireError } from "./wire_error.ts";
import { UsageMeter } from "./usage.ts";

/** The causes that a client may give for a `down`. */
const CAUSES: readonly TeardownCause[] = ["down", "interrupt", "terminate", "hangup"];

/** The view that a request has of its connection. */
export interface Session {
  /** The service's {@linkcode Service.arrival} when the request had come in. */
  readonly arrival: number;
  /** The process at the other end, as the kernel says; null if the kernel does not say. */
  readonly peer: Peer | null;
  /** Opens what the connection is sent under the number of this request. */
  follow(): Follower;
  /** Has something done when the connection has ended, however that was. */
  atEnd(end: () => Promise<void>): void;
  /** Makes the tree end with the connection. */
  own(): void;
}

/** The part of the engine that the service needs. */
type ServedEngine =
  & StatusSource
  & DetailsSource
  & ExplainSource
  & { readonly guests: Pick<Guests, "open" | "isWelcome" | "end"> }
  & Pick<
    Engine,
    | "account"
    | "apply"
    | "check"
    | "untilReaped"
    | "ask"
    | "post"
    | "hurryEnd"
    | "listen"
    | "sync"
    | "untilTaken"
  >;

type Handlers = {
  readonly [O in Op]: (request: Requests[O], session: Session) => Promise<Results[O]> | Results[O];
};

const DONE: EngineReply = { ok: true, refusal: null };

/** See the module. */
export class Service {
  /** Set when a client lets the tree begin. */
  readonly begun = new Event();
  /** Set when the tree is to end with a client. */
  readonly owned = new Event();
  /** Set when a client takes the tree down, whether it has begun or not. */
  readonly calledOff = new Event();
  readonly #ended = new Event();
  readonly #engine: ServedEngine;
  readonly #host: Host;
  readonly #source: PlanSource;
  readonly #meter = new UsageMeter();
  readonly #applier: FileApplier;
  readonly #look: SharedLook;
  readonly #askers: Askers;
  readonly #handOver: (wanted: Requests["upgrade"]) => Promise<never>;
  #end: EndReport | null = null;

  /**
   * @param source The file of the tree.
   * @param handOver Hands the tree over to another program: does not return, unless it is refused.
   */
  constructor(
    engine: ServedEngine,
    host: Host,
    source: PlanSource,
    handOver: (wanted: Requests["upgrade"]) => Promise<never>,
  ) {
    this.#handOver = handOver;
    this.#engine = engine;
    this.#host = host;
    this.#source = source;
    this.#applier = new FileApplier(engine, source);
    this.#look = new SharedLook(host.processes);
    this.#askers = new Askers(host.files);
  }

  /** A moment, for requests that come in at it. */
  get arrival(): number {
    return this.#look.count;
  }

  get #plan(): Plan {
    return this.#engine.state.plan;
  }

  /** Answers a request. @throws {UserError} */
  async handle(request: ControlRequest, session: Session): Promise<unknown> {
    const handler = this.#handlers[request.op] as (request: ControlRequest, session: Session) => unknown;
    return await handler(request, session);
  }

  /** Waits until everything that followers were told of is in the files. */
  async recorded(): Promise<void> {
    await this.#engine.sync();
  }

  /** Answers the clients that wait for the end. */
  finish(end: EndReport): void {
    this.#end = end;
    this.#ended.set();
  }

  readonly #handlers: Handlers = {
    hello: () => ({
      protocol: PROTOCOL_VERSION,
      version: VERSION,
      name: this.#plan.name,
      file: this.#plan.file,
    }),
    begin: ({ owner }, session) => {
      if (owner) {
        session.own();
        this.owned.set();
      }
      this.begun.set();
      return {};
    },
    status: ({ paths }, { arrival }) => {
      const nodes = paths.length === 0 ? this.#all() : this.#withChildren(selectOrThrow(this.#plan, paths));
      return this.#status(nodes, arrival);
    },
    details: async ({ paths }) => {
      const nodes = this.#withChildren(selectOrThrow(this.#plan, paths));
      return { actors: await detailsOf(this.#engine, this.#host, nodes) };
    },
    explain: async ({ paths }) => {
      const { explained } = await fromPromise(import("./explain.ts"));
      const nodes = paths.length === 0 ? [ROOT] : selectOrThrow(this.#plan, paths);
      return explained(this.#engine, this.#host, this.#source.kept.texts, nodes);
    },
    summary: () => {
      const { state } = this.#engine;
      const kinds = this.#all().map((id) => state.topology.byId.get(id)!.spec.kind);
      return {
        state: stateOf(this.#engine, this.#host),
        actors: kinds.filter((kind) => kind !== "tree").length,
      };
    },
    start: ({ paths, deps, wait }, session) =>
      this.#act({ type: "start_requested", nodes: selectOrThrow(this.#plan, paths), deps }, wait, session),
    stop: async ({ paths, wait }, session) => {
      const nodes = selectOrThrow(this.#plan, paths);
      const touched = this.#touched(nodes);
      const close = this.#engine.account(touched);
      const result = await this.#act({ type: "stop_requested", nodes }, wait, session);
      if (wait) await this.#engine.untilReaped(touched);
      return { ...result, account: wait ? close() : null };
    },
    restart: ({ paths, wait, rolling }, session) => {
      const type = rolling === true ? "rolling_restart_requested" : "restart_requested";
      return this.#act({ type, nodes: selectOrThrow(this.#plan, paths) }, wait, session);
    },
    apply: async ({ dry, wait, rolling }, { peer }) =>
      await this.#applied(
        await this.#applier.apply(dry, rolling === true, this.#askers.of(peer)),
        dry,
        wait,
      ),
    scale: async ({ counts, dry, wait }, { peer }) =>
      await this.#applied(await this.#applier.scale(counts, dry, this.#askers.of(peer)), dry, wait),
    halt: ({ paths }, session) =>
      this.#act({ type: "halt_requested", nodes: selectOrThrow(this.#plan, paths) }, true, session),
    reset: ({ paths, wait }, session) =>
      this.#act({ type: "reset_requested", nodes: selectOrThrow(this.#plan, paths) }, wait, session),
    signal: ({ paths, signal, toAll }, session) => {
      const nodes = selectOrThrow(this.#plan, paths);
      for (const path of paths) requireRunning(this.#engine.state, path);
      return this.#act({ type: "signal_requested", nodes, signal, toAll }, true, session);
    },
    exec: async ({ path, command }, session) => {
      const client = this.#clientOf(session.peer);
      const node = onlyActor(this.#plan, path);
      const asked = { type: "exec_requested", nodes: [node], command: command.join(" ") } as const;
      const { refusal } = await fromPromise(
        this.#engine.ask({ ...asked, ...askedBy(this.#askers.of(session.peer)) }),
      );
      const { phase } = this.#engine.state.nodes.get(node)!;
      const run = refusal === null && "run" in phase ? phase.run : null;
      const place = run === null ? null : this.#engine.guests.open(run, client);
      if (place === null) throw hasNoPlace(node);
      session.atEnd(() => this.#engine.guests.end(place.id, true));
      return { path: node, ...place };
    },
    exec_started: ({ guest }) => {
      if (!this.#engine.guests.isWelcome(guest)) throw isOver();
      return {};
    },
    exec_ended: async ({ guest }) => {
      await this.#engine.guests.end(guest, false);
      return {};
    },
    await_ready: async () => {
      // Asked before the tree may begin, it is answered also by one that ends at once.
      await this.begun.wait();
      return await this.#act({ type: "ready_awaited", nodes: [ROOT] }, true, { peer: null });
    },
    down: async ({ cause, withinMs }, { peer }) => {
      const known = CAUSES.find((one) => one === cause) ?? "down";
      this.calledOff.set();
      if (withinMs === 0) this.#engine.hurryEnd();
      // A tree that nobody lets begin answers nothing.
      if (!this.begun.isSet) return {};
      const by = askedBy(this.#askers.of(peer));
      const asked = { type: "down_requested", cause: known, withinMs, ...by } as const;
      const { refusal } = await fromPromise(this.#engine.ask(asked));
      if (refusal?.kind === "crash_held") throw stillHeld(refusal);
      return {};
    },
    cut_grace: ({ toMs }, { peer }) => {
      this.#engine.post({ type: "grace_cut", toMs, ...askedBy(this.#askers.of(peer)) });
      if (toMs === 0) this.#engine.hurryEnd();
      return {};
    },
    await_end: async () => {
      await this.#ended.wait();
      return this.#end!;
    },
    upgrade: async (request) => {
      await this.#handOver(request);
      return {};
    },
    sync: async () => ({ stamp: await this.#engine.sync() }),
    follow: async ({ lines, entries }, session) => {
      const follower = session.follow();
      const stop = this.#engine.listen({
        onLine: lines ? (line) => follower.push({ kind: "line", line }) : null,
        onEntry: (entry) => entries && follower.push({ kind: "entry", entry }),
      });
      try {
        await this.#ended.wait();
        await follower.drained();
        return {};
      } finally {
        stop();
        follower.close();
      }
    },
  };

  async #act(asked: EngineRequest, wait: boolean, { peer }: Pick<Session, "peer">): Promise<ActionResult> {
    const nodes = "nodes" in asked ? asked.nodes : [];
    const by = askedBy(this.#askers.of(peer));
    return await this.#resultOf(this.#engine.ask({ ...asked, ...by }), wait, () => this.#touched(nodes));
  }

  async #applied(
    { reply, close, obstacle, ...about }: Applied,
    dry: boolean,
    wait: boolean,
  ): Promise<ApplyResult> {
    const found = { ...about, obstacle: obstacle === null ? null : toWireError(obstacle) };
    const { changes } = found;
    const result = await this.#resultOf(reply, wait, () => dry ? [] : this.#changed(changes));
    if (close === null || !wait) {
      return { ...found, ...result, ok: found.isValid && result.ok, account: null };
    }
    await this.#engine.untilReaped(goneBy(changes));
    return { ...found, ...result, account: close() };
  }

  /**
   * The result of an action.
   *
   * @param answer Null if there was nothing to do.
   * @param touched The nodes that the result tells of when the action is done.
   */
  async #resultOf(
    answer: Promise<EngineReply> | null,
    wait: boolean,
    touched: () => readonly NodeId[],
  ): Promise<ActionResult> {
    const reply = answer === null ? DONE : wait ? await fromPromise(answer) : await this.#firstWord(answer);
    if (reply.refusal?.kind === "roll_halted") throw rollHalted(reply.refusal);
    if (reply.refusal?.kind === "no_replica") throw noReplica(reply.refusal);
    if (reply.refusal?.kind === "nothing_rolls") throw nothingRolls();
    if (reply.refusal !== null) {
      throw new UserError("tree/refused", `Nothing was done: ${describeRefusal(reply.refusal)}`, {
        exitCode: ExitCode.notRunning,
      });
    }
    const { actors, containment } = this.#status(touched(), this.arrival);
    return { ok: reply.ok, containment, actors };
  }

  /** The answer to a request whose end nobody waits for: a refusal comes at once, all else counts as done. */
  async #firstWord(answer: Promise<EngineReply>): Promise<EngineReply> {
    await this.#engine.untilTaken();
    return await fromPromise(Promise.race([answer, Promise.resolve(DONE)]));
  }

  /** The very process that a connection is of. @throws {UserError} `exec/out-of-sight` */
  #clientOf(peer: Peer | null): ProcessId {
    const row = peer === null || peer.pid === 0 ? null : this.#host.processes.find(peer.pid);
    const isIts = row !== null && this.#host.processes.userOf(row.pid) === peer!.uid;
    if (isIts) return { pid: row.pid, startTime: row.startTime };
    throw new UserError(
      "exec/out-of-sight",
      "The supervisor cannot see the process that asks for a command",
      {
        exitCode: ExitCode.notPermitted,
        hint: "run it where the supervisor runs: in the same container, or outside of any",
      },
    );
  }

  #status(nodes: readonly NodeId[], arrival: number): TreeStatus {
    return treeStatus(
      this.#engine,
      this.#host,
      this.#meter,
      (pids) => this.#look.since(arrival, pids),
      nodes,
    );
  }

  #all(): readonly NodeId[] {
    return presentIn(this.#engine.state).slice(1);
  }

  #touched(nodes: readonly NodeId[]): readonly NodeId[] {
    return nodes.includes(ROOT) ? this.#all() : this.#withChildren(nodes);
  }

  /** The nodes that changes have touched and that are there: a tree that starts stands for all nodes in it. */
  #changed(changes: readonly PlanChange[]): readonly NodeId[] {
    const started = changes.filter(({ action }) => action === "start").map(({ path }) => path);
    const touched = new Set([...touchedBy(changes), ...this.#withChildren(started)]);
    return this.#all().filter((id) => touched.has(id));
  }

  #withChildren(nodes: readonly NodeId[]): readonly NodeId[] {
    const { state } = this.#engine;
    const { places, byId } = state.topology;
    // Another plan may be without some of them.
    const meant = nodes.map((id) => byId.get(id)).filter((place) => place !== undefined);
    const within = new Set(meant.flatMap(({ index, end }) => places.slice(index, end)));
    return [...within].sort((one, other) => one.index - other.index)
      .filter((place) => isPresent(state, place)).map(({ id }) => id);
  }
}

/** @throws {UserError} `target/unknown`, `exec/not-one` */
function onlyActor(plan: Plan, selector: string): NodeId {
  const nodes = selectOrThrow(plan, [selector]);
  const [node] = nodes;
  if (nodes.length === 1 && nodeAt(plan, node!)!.kind !== "tree") return node!;
  const what = nodes.length === 1 ? "is a tree" : `is ${nodes.length} actors`;
  const names = nameSome(nodes.length === 1 ? [`${selector}/*`] : nodes.map((id) => `"${id}"`));
  throw new UserError("exec/not-one", `"${selector}" ${what}, and a command runs beside one actor`, {
    exitCode: ExitCode.usage,
    hint: `name one of ${names}`,
  });
}

function hasNoPlace(node: NodeId): UserError {
  return new UserError("exec/not-running", `Nothing was run: "${node}" has no process`, {
    exitCode: ExitCode.notRunning,
    hint: `\`supervise status ${node}\` shows why; \`supervise start ${node}\` starts it`,
  });
}

function isOver(): UserError {
  return new UserError("exec/not-running", "The actor has ended before the command had begun", {
    exitCode: ExitCode.notRunning,
  });
}

function stillHeld(refusal: Refusal & { readonly kind: "crash_held" }): UserError {
  return new UserError(
    "debug/held",
    `Not taken down: ${describeRefusal(refusal)}`,
    {
      hint: `kill -CONT ${refusal.pid} lets it go on; \`supervise down --force\` does not wait for it`,
    },
  );
}

/** @throws {UserError} `signal/not-running` if nothing that a selector names has a process. */
function requireRunning({ plan, nodes, topology }: State, selector: string): void {
  const meant = selectOrThrow(plan, [selector]).map((id) => topology.byId.get(id)!);
  const isRunning = ({ index, end }: Place) =>
    topology.places.slice(index, end).some(({ id }) => {
      const { phase } = nodes.get(id)!;
      return "pid" in phase && phase.pid !== null;
    });
  if (meant.some(isRunning)) return;
  throw new UserError("signal/not-running", `Nothing was sent: "${selector}" has no process`, {
    exitCode: ExitCode.notRunning,
    hint: "`supervise ps` shows how it is; `supervise start` starts it",
  });
}

function rollHalted(refusal: Refusal & { readonly kind: "roll_halted" }): UserError {
  return new UserError("tree/roll-halted", `The rolling restart has stopped: ${describeRefusal(refusal)}`, {
    hint: "`supervise ps` shows how they are; `supervise restart --rolling` goes on with those that are left",
  });
}

function nothingRolls(): UserError {
  return new UserError("tree/nothing-rolls", "Nothing was called off: no rolling restart of it goes on", {
    hint: "`supervise events` shows which there were",
  });
}

function noReplica(refusal: Refusal & { readonly kind: "no_replica" }): UserError {
  return new UserError("tree/no-replica", `Nothing was restarted: ${describeRefusal(refusal)}`, {
    hint: "give it `replicas` of at least 2, or restart it without --rolling",
  });
}
