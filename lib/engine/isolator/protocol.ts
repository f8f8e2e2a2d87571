/** The messages of a supervisor and an isolator, over a stream between actors. */
import type { SocketAddress } from "../../base/socket_address.ts";
import {
  anything,
  boolean,
  count,
  dictionary,
  list,
  nullable,
  object,
  type Shape,
  text,
  variant,
  where,
  word,
} from "../../base/shape.ts";
import type { Privileges } from "../../host/ports/privileges.ts";
import { processIdShape, reapedOrphanShape } from "../../host/ports/process_shapes.ts";
import {
  type ProcessId,
  type ReapedOrphan,
  SPAWN_STAGES,
  type SpawnError,
  type SpawnSpec,
} from "../../host/ports/processes.ts";

/** The hidden verb of the program that is an isolator. */
export const ISOLATOR_VERB = "__isolator";

/** The module that an isolator serves; no file, but a part of this program. */
export const ISOLATOR_MODULE = "supervise:isolator";

/** Sockets that a process is to be handed, which the supervisor holds. */
export interface RemoteSockets {
  readonly holder: ProcessId;
  readonly sockets: readonly { readonly descriptor: number; readonly address: SocketAddress }[];
  readonly name: string;
}

/** The start to make: the part of a spec that goes to another process. */
export interface RemoteSpec
  extends Pick<SpawnSpec, "argv" | "env" | "cwd" | "stdin">, Required<Pick<SpawnSpec, "privileges">> {
  readonly pipes: { readonly stdout: string; readonly stderr: string };
  readonly group: string | null;
  readonly isLimited: boolean;
  readonly listening: RemoteSockets | null;
}

/** A request to start something. */
export interface StartRequest {
  readonly id: number;
  /** A {@linkcode RemoteSpec} as JSON, which carries text of any bytes as it is in strings here (`base/raw_text.ts`). */
  readonly spec: string;
}

/** Why something could not be started. */
export interface RemoteRefusal {
  readonly stage: SpawnError["stage"];
  readonly message: string;
}

/** The news of an isolator. */
export type IsolatorNews =
  /** There is a process; or there is none. */
  | { readonly kind: "spawned"; readonly id: number; readonly process: ProcessId }
  | { readonly kind: "refused"; readonly id: number; readonly why: RemoteRefusal }
  /** Its program runs; or it does not, and the process ends. */
  | { readonly kind: "started"; readonly id: number; readonly why: RemoteRefusal | null }
  /** A child or an orphan has died, and is about to be reaped. */
  | { readonly kind: "death"; readonly death: ReapedOrphan };

const refusal = object<RemoteRefusal>({ stage: word(...SPAWN_STAGES), message: text });

/** The news of an isolator, read from a message. */
export const isolatorNewsShape: Shape<IsolatorNews> = variant<"kind", IsolatorNews>("kind", {
  spawned: object({ id: count, process: processIdShape }),
  refused: object({ id: count, why: refusal }),
  started: object({ id: count, why: nullable(refusal) }),
  death: object({ death: reapedOrphanShape }),
});

/** A request to start something, read from what has come in. */
export const startRequestShape: Shape<StartRequest> = object<StartRequest>({ id: count, spec: text });

/** The start to make, read from a message. */
export const remoteSpecShape: Shape<RemoteSpec> = object<RemoteSpec>({
  argv: where(list(text), (argv) => argv.length > 0, "a program with its arguments"),
  env: dictionary(text),
  cwd: text,
  stdin: nullable(text),
  // Its shim reads them.
  privileges: nullable(dictionary(anything)) as Shape<Privileges | null>,
  pipes: object<RemoteSpec["pipes"]>({ stdout: text, stderr: text }),
  group: nullable(text),
  isLimited: boolean,
  listening: nullable(object<RemoteSockets>({
    holder: processIdShape,
    sockets: list(object<RemoteSockets["sockets"][number]>({
      descriptor: count,
      address: dictionary(anything) as Shape<unknown> as Shape<SocketAddress>,
    })),
    name: text,
  })),
});
