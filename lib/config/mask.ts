/** Keeps secrets out of what is printed. Which values are secret can only be guessed, by their names and their form. */
import type { Plan } from "./plan.ts";

/** Masks texts of the plans that it knows. */
export interface Masker {
  /** Keeps the secrets of another plan, too. */
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
}

const MASK = "***";
const SECRET_NAME = /(SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|PRIVATE|CREDENTIAL|API_?KEY|ACCESS_?KEY|AUTH)/i;
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+(@)/gi;
/** The mark of a run: who reads its end could forge it. */
const MARK_PROOF = /\b([0-9a-f]{12}\.\w+\.\d+\.)[0-9a-f]{32}\b/g;
/** Shorter values stand in too many places by chance. */
const SHORTEST_SECRET = 4;

/** The masker for a plan. */
export function maskerFor(plan: Plan): Masker {
  let longestFirst: readonly string[] = [];
  const learn = ({ nodes }: Plan) => {
    const actors = nodes.filter((node) => node.kind !== "tree");
    const found = actors.flatMap(({ env, module }) => secretsIn([env, module?.params], false));
    longestFirst = [...new Set([...longestFirst, ...found])].sort((a, b) => b.length - a.length);
  };
  learn(plan);
  const text = (value: string) =>
    longestFirst.reduce((masked, secret) => masked.replaceAll(secret, MASK), value).replace(
      URL_PASSWORD,
      `$1${MASK}$2`,
    ).replace(MARK_PROOF, `$1${MASK}`);
  const data = (value: unknown) => masked(value, false, text);
  return { learn, text, data, env: (env) => data(env) as Readonly<Record<string, string>> };
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
  if (Array.isArray(value)) return value.map((one) => masked(one, isSecret, text));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map((
      [name, held],
    ) => [name, masked(held, isSecret || SECRET_NAME.test(name), text)]),
  );
}
