/**
 * The rules of a format of another tool for a configuration: a rule for each key writes what there is to be written,
 * and says what became of the key. A key that is added to the language has to be given a rule, or nothing here compiles.
 */
import type { ACTOR_CHANGES } from "../../config/changes/actor_changes.ts";
import type { ROOT_CHANGES, TREE_CHANGES } from "../../config/changes/tree_changes.ts";
import type { ActorSpec, NodeSpec, TreeSpec } from "../../config/plan.ts";
import { withoutReplica } from "../../config/replica_path.ts";
import type { ExportSource } from "../exporter.ts";
import type { Finding, FindingOutcome } from "../finding.ts";

/** The fate of a key, or of one variable of `env`. */
export interface Verdict {
  readonly outcome: FindingOutcome;
  /** Where it is now; null if nowhere. */
  readonly to: string | null;
  readonly why: string | null;
  readonly hint: string | null;
  /** Behind the name of the key, where a rule tells of several parts of it: `TOKEN`. */
  readonly part?: string;
}

/** It means the same there. */
export function kept(to: string): Verdict {
  return { outcome: "kept", to, why: null, hint: null };
}

/** It means nearly the same there. */
export function changed(to: string, why: string, hint: string | null = null): Verdict {
  return { outcome: "changed", to, why, hint };
}

/** It has no place there. */
export function lost(why: string, hint: string | null = null): Verdict {
  return { outcome: "lost", to: null, why, hint };
}

/** The value is what holds there without a word. */
export const AS_THERE: Verdict = kept("nothing: it is so there, too");

/** The verdicts on the parts of a key; a key without parts is there as it is. */
export function eachOr(verdicts: readonly Verdict[]): readonly Verdict[] {
  return verdicts.length === 0 ? [AS_THERE] : verdicts;
}

/** Writes what a key has to say into `out`, also where the file does not say it, and tells what became of it. */
export type Rule<S, O> = (spec: S, out: O) => Verdict | readonly Verdict[];

type RulesFor<C, S, O> = {
  readonly [K in keyof C]: C[K] extends { readonly keys: infer T }
    ? Rule<S, O> | { readonly [N in keyof T]: Rule<S, O> }
    : Rule<S, O>;
};

/** A rule for every key of an actor, or for a table of keys as a whole. */
export type ActorRules<O> = RulesFor<typeof ACTOR_CHANGES, ActorSpec, O>;

/** A rule for every key of a tree, those of the file's top level among them. */
export type TreeRules<O> = RulesFor<Omit<typeof TREE_CHANGES & typeof ROOT_CHANGES, Section>, TreeSpec, O>;

/** The sections of a file. The keys in these are told of for each actor. */
type Section = "actors" | "trees" | "defaults";

type AnyRules<S, O> = Readonly<Record<string, Rule<S, O> | Readonly<Record<string, Rule<S, O>>>>>;

/** The findings of an export, in the order of the files. */
export class Told {
  readonly #source: Pick<ExportSource, "plan" | "placeOf">;
  readonly #findings: Finding[] = [];

  constructor(source: Pick<ExportSource, "plan" | "placeOf">) {
    this.#source = source;
  }

  /** Applies the rules of an actor. Replicas of one actor are told of once. */
  actor<O>(rules: ActorRules<O>, spec: ActorSpec, out: O): void {
    this.#apply(rules as AnyRules<ActorSpec, O>, spec, out, spec.replica === 1);
  }

  /** Applies the rules of a tree. */
  tree<O>(rules: TreeRules<O>, spec: TreeSpec, out: O): void {
    this.#apply(rules as AnyRules<TreeSpec, O>, spec, out, true);
  }

  /** Tells of something that is about no one key. */
  ofAll(from: string, { outcome, to, why, hint }: Verdict): void {
    this.#findings.push({ outcome, file: this.#source.plan.file, line: null, from, to, why, hint });
  }

  /** The findings in the order of the files. A finding about a file as a whole comes first. */
  get findings(): readonly Finding[] {
    const { files } = this.#source.plan;
    const rank = ({ file, line }: Finding) => [files.indexOf(file), line ?? 0] as const;
    return this.#findings.toSorted((a, b) => {
      const [[fileA, lineA], [fileB, lineB]] = [rank(a), rank(b)];
      return fileA - fileB || lineA - lineB;
    });
  }

  #apply<S extends NodeSpec, O>(rules: AnyRules<S, O>, spec: S, out: O, isTold: boolean): void {
    const tell = (key: string, placed: string, verdicts: Verdict | readonly Verdict[]) => {
      if (isTold) this.#tell(spec, key, placed, [verdicts].flat());
    };
    for (const [key, rule] of Object.entries(rules)) {
      if (typeof rule === "function") {
        const verdicts = rule(spec, out);
        if (this.#isSet(spec, key)) tell(key, key, verdicts);
        continue;
      }
      const names = Object.keys(rule);
      const isSet = (name: string) => this.#isSet(spec, `${key}.${name}`);
      // A word in the place of a table, such as `log = "null"`, is told of by the first key of the table.
      const isWord = this.#isSet(spec, key) && !names.some(isSet);
      for (const [index, name] of names.entries()) {
        const verdicts = rule[name]!(spec, out);
        if (isSet(name)) tell(`${key}.${name}`, `${key}.${name}`, verdicts);
        else if (isWord && index === 0) tell(key, key, verdicts);
      }
    }
  }

  #isSet(spec: NodeSpec, key: string): boolean {
    return this.#placeOf(spec, key) !== null;
  }

  #tell(spec: NodeSpec, key: string, placed: string, verdicts: readonly Verdict[]): void {
    const { file, line } = this.#placeOf(spec, placed)!;
    const address = addressOf(spec);
    for (const { part, ...verdict } of verdicts) {
      const name = part === undefined ? key : `${key}.${part}`;
      this.#findings.push({ file, line, from: address === "" ? name : `${address} ${name}`, ...verdict });
    }
  }

  /** Variables may come from a tree above, and are told of where that sets them. */
  #placeOf(spec: NodeSpec, key: string): { readonly file: string; readonly line: number } | null {
    const { plan, placeOf } = this.#source;
    const own = placeOf(spec.path, key);
    if (own !== null || key !== "env" || spec.kind === "tree") return own;
    if (Object.keys(spec.env).length === 0) return null;
    for (let { parent } = spec as NodeSpec; parent !== null;) {
      const above = placeOf(parent, "env") ?? placeOf(parent, "env_file");
      if (above !== null) return above;
      parent = plan.nodes.find(({ path }) => path === parent)?.parent ?? null;
    }
    return placeOf(spec.path, "env_file") ?? spec.at;
  }
}

/** Where the file defines a node: `trees.pool.actors.queue`; empty for the top level. */
export function addressOf({ path, kind }: NodeSpec): string {
  if (path === "") return "";
  const names = withoutReplica(path).split("/");
  return names.map((name, index) =>
    `${index < names.length - 1 || kind === "tree" ? "trees" : "actors"}.${name}`
  ).join(".");
}
