/**
 * The program of an isolator: it starts the processes that it is told to, adopts and reaps those that they leave, and tells
 * of it. It decides nothing. When the supervisor dies it does, too, and all that it had started comes to the guardian.
 */
import { context } from "../../actor/dialog/exposed.ts";
import type { MsgStream } from "../../actor/dialog/msg_stream.ts";
import type { ServedContext } from "../../actor/dialog/served_context.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { Host } from "../../host/ports/host.ts";
import type { ListeningSocket } from "../../host/ports/listening.ts";
import { type Child, SpawnError } from "../../host/ports/processes.ts";
import { decode, decodeJson, describeMisfit, JSON_LIMITS, type JsonLimits } from "../../base/shape.ts";
import { messageOf } from "../../base/user_error.ts";
import { type Nursery, openNursery } from "../../scope/nursery.ts";
import { EndOfChannel } from "../../sync/channel_errors.ts";
import { openMemoryChannel } from "../../sync/memory_channel.ts";
import {
  ISOLATOR_MODULE,
  type IsolatorNews,
  type RemoteRefusal,
  type RemoteSockets,
  type RemoteSpec,
  remoteSpecShape,
  type StartRequest,
  startRequestShape,
} from "./protocol.ts";

type Exports = Readonly<Record<string, unknown>>;
type Requests = MsgStream<StartRequest, IsolatorNews>;

/** Lets an isolator find its module, and nothing else. */
export function loadIsolatorModule(host: Host): (url: string) => Promise<Exports> {
  return (url) => {
    if (url !== ISOLATOR_MODULE) throw new Error(`An isolator has no module "${url}"`);
    return Promise.resolve(isolatorModule(host));
  };
}

function isolatorModule(host: Host): Exports {
  return {
    isolate: context(async (ctx: ServedContext<void, IsolatorNews, StartRequest>) => {
      const isolator = new IsolatorSide(host);
      await ctx.started();
      await ctx.openStream((stream) => isolator.serve(stream));
    }),
  };
}

/** Arguments and environment of a process are some megabytes at the most. */
const SPEC_LIMITS: JsonLimits = { ...JSON_LIMITS, maxChars: 32 * 1_024 * 1_024 };

class IsolatorSide {
  readonly #host: Host;
  readonly #news = openMemoryChannel<IsolatorNews>(Infinity);

  constructor(host: Host) {
    this.#host = host;
    host.processes.foretellDeaths((death) => this.#tell({ kind: "death", death }));
    host.processes.adoptOrphans(() => {});
  }

  async serve(stream: Requests): Promise<void> {
    await openNursery(async (nursery) => {
      nursery.startSoon(() => this.#sendNews(stream), { name: "news" });
      try {
        while (true) this.#start(await stream.receive(), nursery);
      } catch (error) {
        if (!(error instanceof EndOfChannel)) throw error;
      }
      nursery.cancelScope.cancel("there is nothing more to start");
    }, { collapse: true });
  }

  async #sendNews(stream: Requests): Promise<void> {
    for await (const news of this.#news[1]) {
      if (!stream.trySend(news)) await stream.send(news);
    }
  }

  /** A request that cannot be read has no number to answer it by. */
  #start(received: unknown, nursery: Nursery): void {
    const request = decode(startRequestShape, received);
    if (!request.ok) throw new Error(`Cannot read what is to be started: ${describeMisfit(request)}`);
    const { id, spec } = request.value;
    let child: Child;
    try {
      child = this.#spawn(specOf(spec));
    } catch (error) {
      return this.#tell({ kind: "refused", id, why: refusalOf(error) });
    }
    const { pid, startTime } = child;
    this.#tell({ kind: "spawned", id, process: { pid, startTime } });
    nursery.startSoon(async () => {
      const error = await fromPromise(child.started);
      this.#tell({ kind: "started", id, why: error === null ? null : refusalOf(error) });
    }, { name: `start ${id}` });
  }

  #spawn({ pipes, group, listening, ...rest }: RemoteSpec): Child {
    const sockets = listening === null ? [] : this.#share(listening);
    try {
      return this.#host.processes.spawn({
        ...rest,
        output: { pipes },
        ...(group === null ? {} : { group }),
        ...(listening === null ? {} : {
          listening: { descriptors: sockets.map(({ descriptor }) => descriptor), name: listening.name },
        }),
      });
    } finally {
      for (const socket of sockets) socket.letGo();
    }
  }

  #share({ holder, sockets }: RemoteSockets): readonly ListeningSocket[] {
    const shared: ListeningSocket[] = [];
    for (const { descriptor, address } of sockets) {
      const socket = this.#host.listening.share(holder, descriptor, address);
      if (socket !== null) {
        shared.push(socket);
        continue;
      }
      for (const one of shared) one.letGo();
      throw new SpawnError(
        "start",
        "The sockets cannot be handed over in an isolated tree: no process may have those of another here",
      );
    }
    return shared;
  }

  #tell(news: IsolatorNews): void {
    this.#news[0].sendNowait(news);
  }
}

/** @throws {SpawnError} */
function specOf(text: string): RemoteSpec {
  const spec = decodeJson(remoteSpecShape, text, SPEC_LIMITS);
  if (spec.ok) return spec.value;
  throw new SpawnError("start", `Cannot read what is to be started: ${describeMisfit(spec)}`);
}

function refusalOf(error: unknown): RemoteRefusal {
  return { stage: error instanceof SpawnError ? error.stage : "start", message: messageOf(error) };
}
