/** Offers of a shell for the last word of a command line. */
import { SIGNAL_NAMES } from "../../base/signals.ts";
import { HELP_FACTS } from "../help/help_facts.ts";
import type { VerbFacts } from "../verbs.ts";
import type { CommandLine, Wanted } from "./wanted.ts";

/** Something that the word may become. */
export interface Candidate {
  readonly value: string;
  /** Its description, for shells that show it; may be empty. */
  readonly doc: string;
}

/** All that can be offered. */
export interface Offer {
  readonly candidates: readonly Candidate[];
  /** The kind of word that the shell itself knows better. */
  readonly more: "files" | "commands" | null;
  /** Whether the word goes on behind a candidate. */
  readonly isOpen: boolean;
}

/** Where names come from that are not written in this program. */
export interface Names {
  trees(): Promise<readonly Candidate[]>;
  /** Actors, replicas and trees of the tree that is meant. */
  selectors(): Promise<readonly Candidate[]>;
  /** Those that have replicas. */
  replicated(): Promise<readonly Candidate[]>;
  functions(selector: string): Promise<readonly Candidate[]>;
  profiles(): Promise<readonly Candidate[]>;
  topics(): Promise<readonly Candidate[]>;
}

const NOTHING: Offer = { candidates: [], more: null, isOpen: false };

/** Offers what fits. Rejects if names cannot be had. */
export async function offerFor(
  { wanted, words }: CommandLine,
  verbs: readonly VerbFacts[],
  names: Names,
): Promise<Offer> {
  if (wanted === null) return NOTHING;
  const offer = await allFor(wanted, words, verbs, names);
  return { ...offer, candidates: fitting(offer.candidates, wanted) };
}

function fitting(candidates: readonly Candidate[], { stem, typed }: Wanted): readonly Candidate[] {
  return candidates.filter(({ value }) => value.startsWith(typed))
    .map(({ value, doc }) => ({ value: stem + value, doc }));
}

async function allFor(
  wanted: Wanted,
  words: readonly string[],
  verbs: readonly VerbFacts[],
  names: Names,
): Promise<Offer> {
  switch (wanted.what) {
    case "verb":
      return listed(namesOf(verbs));
    case "option":
      return listed(wanted.options.map(({ name, doc }) => ({ value: `--${name}`, doc })));
    case "value":
      return await valuesFor(wanted, words, verbs, names);
  }
}

async function valuesFor(
  { takes, typed, nth }: Extract<Wanted, { what: "value" }>,
  words: readonly string[],
  verbs: readonly VerbFacts[],
  names: Names,
): Promise<Offer> {
  switch (takes) {
    case "text":
      return NOTHING;
    case "file":
      return { ...NOTHING, more: "files" };
    case "command":
      return { ...NOTHING, more: nth > 0 ? "files" : "commands" };
    case "tree":
      return listed(await names.trees());
    case "selector":
      return listed(await names.selectors());
    case "count": {
      const found = await names.replicated();
      return { ...listed(found.map(({ value, doc }) => ({ value: `${value}=`, doc }))), isOpen: true };
    }
    case "function":
      return listed(await names.functions(words.at(-1)!));
    case "profile":
      return listed(await names.profiles());
    case "topic":
      return listed(helped(namesOf(verbs), await names.topics()));
    case "signal":
      return listed(signalsLike(typed));
    default:
      return listed(takes.map((value) => ({ value, doc: "" })));
  }
}

function namesOf(verbs: readonly VerbFacts[]): readonly Candidate[] {
  return [...verbs, HELP_FACTS].map(({ name, summary }) => ({ value: name, doc: summary }));
}

/** A name that a command and a key have is that of the command. */
function helped(commands: readonly Candidate[], topics: readonly Candidate[]): readonly Candidate[] {
  const taken = new Set(commands.map(({ value }) => value));
  return [...commands, ...topics.filter(({ value }) => !taken.has(value))];
}

/** The names without `SIG`, which are shorter; those with it, too, if somebody may have begun so. */
function signalsLike(typed: string): readonly Candidate[] {
  const isLong = typed.startsWith("S");
  const names = SIGNAL_NAMES.map((name) => name.slice("SIG".length));
  const all = isLong ? [...names, ...SIGNAL_NAMES] : names;
  return all.map((value) => ({ value, doc: "" }));
}

function listed(candidates: readonly Candidate[]): Offer {
  return { ...NOTHING, candidates };
}
