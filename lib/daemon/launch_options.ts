/** Options that a client hands to the processes that it launches, as one argument of their command line. */
import type { ErrorName } from "../base/error_names.ts";
import { boolean, count, list, nullable, object, optional, type Shape, text, word } from "../base/shape.ts";
import { LAYER_NAMES, type LayerName } from "../engine/containment/layer.ts";
import { processIdShape } from "../host/ports/process_shapes.ts";
import type { Survivor } from "../engine/containment/ledger.ts";
import type { ProcessId } from "../host/ports/processes.ts";

/** See the module. */
export interface LaunchOptions {
  /** Real path of the configuration file. */
  readonly file: string;
  /** The path by which somebody has reached it, with the links that are in it; by default its real one. */
  readonly asked?: string;
  /** Folder for logs and the journal. */
  readonly stateFolder: string;
  /** Selectors of `--only`; null for all. */
  readonly only: readonly string[] | null;
  /** The active profiles. @default None */
  readonly profiles?: readonly string[];
  /** Selectors of `--exit-code-from`; empty for none. */
  readonly exitCodeFrom: readonly string[];
  /** The soft limit of open files that actors get; null for the present one. */
  readonly openFilesLimit: number | null;
  /** The layer of containment that was asked for; null for the strongest that there is. */
  readonly containment: LayerName | null;
}

/** Options of a supervisor. */
export interface SupervisorOptions extends LaunchOptions {
  /** The client that launches the tree, and is to let it begin. */
  readonly client: ProcessId;
}

const OPTIONS = {
  file: text,
  asked: optional(text) as Shape<string>,
  stateFolder: text,
  only: nullable(list(text)),
  profiles: optional(list(text)) as Shape<readonly string[]>,
  exitCodeFrom: list(text),
  openFilesLimit: nullable(count),
  containment: nullable(word(...LAYER_NAMES)),
  client: processIdShape,
};

const IS_HANDED = optional(boolean) as Shape<boolean>;

/** {@linkcode SupervisorOptions}, read from what somebody else has written. */
export const supervisorOptionsShape: Shape<SupervisorOptions> = object<SupervisorOptions>(OPTIONS);

/** Options that a client hands to the guardian and supervisor that it starts itself. */
export interface HandedOptions extends SupervisorOptions {
  /** Whether the client hands on what it has compiled, over {@linkcode PLAN_DESCRIPTOR}. @default No: the supervisor compiles. */
  readonly isHanded?: boolean;
}

/** Descriptors that a supervisor leaves to the one that its own process becomes, from {@linkcode HEIR_DESCRIPTOR} on. */
export interface Inheritance {
  /** Addresses of the sockets that listen, which come first. */
  readonly sockets: readonly string[];
  /** How many more descriptors there are, which keep what is in the pipes of actors until those are open again. */
  readonly held: number;
  /** The client that the tree is to end with; null for none. */
  readonly owner: ProcessId | null;
}

/** Options as they reach the supervisor. */
export interface GuardedOptions extends HandedOptions {
  /** The process that has started it: its parent may be another by the time that it looks. */
  readonly guardian: ProcessId;
  /** Of a supervisor that goes on with the tree of the program that it was before; undefined for any other. */
  readonly inherits?: Inheritance;
}

/** Options as they reach a guardian. */
export interface GuardianOptions extends HandedOptions {
  /** The supervisor that has lost its guardian, and has started this one; undefined for one that is yet to be started. */
  readonly ward?: ProcessId;
}

/** The argument of a supervisor. */
export const guardedOptionsShape: Shape<GuardedOptions> = object<GuardedOptions>({
  ...OPTIONS,
  isHanded: IS_HANDED,
  guardian: processIdShape,
  inherits: optional(
    object<Inheritance>({ sockets: list(text), held: count, owner: nullable(processIdShape) }),
  ) as Shape<Inheritance>,
});

/** The argument of a guardian. */
export const guardianOptionsShape: Shape<GuardianOptions> = object<GuardianOptions>({
  ...OPTIONS,
  isHanded: IS_HANDED,
  ward: optional(processIdShape) as Shape<ProcessId>,
});

/** The argument of an isolator. */
export const isolatorOptionsShape: Shape<Pick<LaunchOptions, "openFilesLimit">> = object<
  Pick<LaunchOptions, "openFilesLimit">
>({ openFilesLimit: OPTIONS.openFilesLimit });

/** Hidden verbs: what the binary is when it is started by itself. */
export const GUARDIAN_VERB = "__guardian";
export const SUPERVISOR_VERB = "__supervisor";

/** Descriptor on which the supervisor reports once whether it is up. */
export const REPORT_DESCRIPTOR = 3;

/** Descriptors of the link between guardian and supervisor, on either side (`guardian_link.ts`). */
export const LINK_READ_DESCRIPTOR = 4;
export const LINK_WRITE_DESCRIPTOR = 5;

/** Descriptor from which the supervisor reads what its client has compiled (`tree_plan.ts`). */
export const PLAN_DESCRIPTOR = 6;

/** The first descriptor of what a supervisor has inherited of the program that it was before. */
export const HEIR_DESCRIPTOR = 7;

/** The report of a supervisor. */
export type LaunchReport =
  | {
    readonly ok: true;
    /** How many processes it has ended that an earlier supervisor had left behind when it was killed. */
    readonly cleared: number;
    /** Processes that are tied to that one's tree, but are another user's: they were not ended. */
    readonly unattributed: readonly Survivor[];
    /** How many it goes on with that an earlier supervisor had started. */
    readonly adopted: number;
  }
  | {
    readonly ok: false;
    readonly error: {
      readonly code: ErrorName;
      readonly message: string;
      readonly hint: string | null;
      readonly exitCode: number;
    };
  };

/** The code of the error of a supervisor that finds its tree kept by another guardian, which is to start one itself. */
export const TREE_KEPT = "tree/kept";
