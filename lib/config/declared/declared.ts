import type { ACTOR } from "../keys/actor.ts";
import type { Variables } from "../keys/env.ts";
import type { ROOT_TREE, TREE } from "../keys/supervisor.ts";
import type { Span } from "../toml/source.ts";
import type { Fields } from "../values/key.ts";

/** The values of an actor, inherited ones included. */
export type ActorFields = Fields<typeof ACTOR.keys>;

/** The values of a supervisor. */
export type TreeFields = Fields<typeof ROOT_TREE.keys> & Fields<typeof TREE.keys>;

interface DeclaredChild {
  /** As the file has it, replicas alike. */
  readonly name: string;
  /** The name where it is first mentioned. */
  readonly at: Span;
  /** The folder of the file that declares it. */
  readonly dir: string;
  /** Where each of its own keys stands. */
  readonly present: ReadonlyMap<string, Span>;
  /** The variables that it sets, the weakest first. */
  readonly layers: readonly Variables[];
  /** Nothing is wrong with it and all below; what follows from a mistake is not worth a message of its own. */
  readonly isSound: boolean;
}

/** An actor as the file declares it, or one of its replicas: each has texts of its own, with its number in them. */
export interface DeclaredActor extends DeclaredChild {
  readonly kind: "actor";
  readonly fields: ActorFields;
  /** Which copy of it this is, from 1; null if the file asks for no copies. */
  readonly replica: number | null;
}

/** A supervisor as the file declares it. */
export interface DeclaredTree extends DeclaredChild {
  readonly kind: "tree";
  readonly fields: TreeFields;
  /** In file order. */
  readonly children: readonly (DeclaredActor | DeclaredTree)[];
}
