/** Keeps secrets out of what is printed. Which values are secret can only be guessed, by their names and their form. */
import { KnownTexts } from "./known_texts.ts";
import type { Plan } from "./plan.ts";

/** Masks texts of the plans that it knows. */
export interface Masker {
  /** Keeps the secrets of another plan, too, and is the masker for that from now on. */
  learn(plan: Plan): void;
  /** Variables, those with a secret name masked. */
  env(env: Readonly<Record<string, string>>): Readonly<Record<string, string>>;
  /** Any data with all its texts masked, and whatever stands under a secret name. */
  data(value: unknown): unknown;
  /**
   * A text without the secrets that variables and params of the plans hold, and without passwords in URLs and proofs of
   * marks.
   */
  text(text: string): string;
  /** The text of the file as it is shown, with secrets masked as long as they are, so that all else stays where it is. */
  source(text: string): string;
}

const MASK = "***";
const SECRET_NAME = /(SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|PRIVATE|CREDENTIAL|API_?KEY|ACCESS_?KEY|AUTH)/i;
const URL_PASSWORD = /(?<before>\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)(?<secret>[^\s/@]+)(?=@)/gi;
/** A value of the query of a URL under a secret name. */
const QUERY_SECRET = new RegExp(
  String.raw`(?<before>[?&][\w.-]*${SECRET_NAME.source}[\w.-]*=)(?<secret>[^&\s"'#]+)`,
  "gi",
);
/** A text that a line of a file sets under a secret name. */
const SET_SECRET = new RegExp(
  String.raw`(?<before>[\w-]*${SECRET_NAME.source}[\w-]*["']?\s*=\s*["']+)(?<secret>(?:[^"'\\]|\\.)+)`,
  "gi",
);
/** The mark of a run: who reads its end could forge it. */
const MARK_PROOF = /(?<before>\b[0-9a-f]{12}\.\w+\.\d+\.)(?<secret>[0-9a-f]{32})\b/g;
/** How long one is at least. */
const SHORTEST_MARK = 12 + 1 + 1 + 1 + 1 + 1 + 32;
/** Shorter values stand in too many places by chance. */
const SHORTEST_SECRET = 4;

const MASKERS = new WeakMap<Plan, Masker>();

/** The masker for a plan. */
export function maskerFor(plan: Plan): Masker {
  const known = MASKERS.get(plan);
  if (known !== undefined) return known;
  const masker = newMasker();
  masker.learn(plan);
  return masker;
}

function newMasker(): Masker {
  let secrets = new KnownTexts([], SHORTEST_SECRET);
  const learn = (plan: Plan) => {
    MASKERS.set(plan, masker);
    const actors = plan.nodes.filter((node) => node.kind !== "tree");
    const found = actors.flatMap(({ env, module }) => secretsIn([env, module?.params], false));
    secrets = new KnownTexts([...secrets.all(), ...found], SHORTEST_SECRET);
  };
  const text = (value: string) =>
    maskForms(secrets.in(value).reduce((masked, secret) => masked.replaceAll(secret, MASK), value));
  const data = (value: unknown) => masked(value, false, text);
  const source = (value: string) =>
    maskSource(
      secrets.in(value).reduce((masked, secret) => masked.replaceAll(secret, starsFor(secret)), value),
    );
  const env: Masker["env"] = (env) => data(env) as Readonly<Record<string, string>>;
  const masker: Masker = { learn, text, data, source, env };
  return masker;
}

/** A text without what looks like a secret by its form, as passwords in URLs and marks do. For words about what is no plan yet. */
export function maskForms(text: string): string {
  if (!mayHaveForm(text)) return text;
  return [URL_PASSWORD, QUERY_SECRET, MARK_PROOF].reduce(
    (masked, form) => cover(masked, form, () => MASK),
    text,
  );
}

/** Most words of what is recorded are short, and are seen to have none of the forms at less cost than by looking for each. */
function mayHaveForm(text: string): boolean {
  return text.length >= SHORTEST_MARK || text.includes("=") || text.includes("@");
}

/** {@linkcode Masker.source} of a file that is no plan. */
export function maskSource(text: string): string {
  return [URL_PASSWORD, QUERY_SECRET, SET_SECRET].reduce(
    (masked, form) => cover(masked, form, starsFor),
    text,
  );
}

function starsFor(secret: string): string {
  return "*".repeat(secret.length);
}

/** Replaces the secrets in everything that has a form. */
function cover(text: string, form: RegExp, by: (secret: string) => string): string {
  return text.replace(form, (...found) => {
    const { before, secret } = found.at(-1) as { readonly before: string; readonly secret: string };
    return before + by(secret);
  });
}

/** The texts under secret names that are long enough to be looked for elsewhere. */
function secretsIn(value: unknown, isSecret: boolean): readonly string[] {
  if (typeof value === "string") return isSecret && value.length >= SHORTEST_SECRET ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, held]) => secretsIn(held, isSecret || SECRET_NAME.test(name)));
}

function masked(value: unknown, isSecret: boolean, text: Masker["text"]): unknown {
  if (typeof value === "string") return isSecret && value !== "" ? MASK : text(value);
  if (typeof value === "number") return isSecret ? MASK : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const shown = value.map((one) => masked(one, isSecret, text));
    return shown.every((one, index) => one === value[index]) ? value : shown;
  }
  const entries = Object.entries(value);
  const shown = entries.map(([name, held]) => masked(held, isSecret || SECRET_NAME.test(name), text));
  // As a rule nothing is secret, and a copy would cost more than the look.
  if (entries.every(([, held], index) => held === shown[index])) return value;
  return Object.fromEntries(entries.map(([name], index) => [name, shown[index]]));
}
