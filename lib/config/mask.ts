/** Keeps secrets out of what is printed. Which values are secret can only be guessed, by their names and their form. */
import type { Plan } from "./plan.ts";

/** Masks texts of one plan. */
export interface Masker {
  /** Variables, those with a secret name masked. */
  env(env: Readonly<Record<string, string>>): Readonly<Record<string, string>>;
  /** A text without the secrets that the plan's variables hold, and without passwords in URLs. */
  text(text: string): string;
}

const MASK = "***";
const SECRET_NAME = /(SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|PRIVATE|CREDENTIAL|API_?KEY|ACCESS_?KEY|AUTH)/i;
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+(@)/gi;
/** Shorter values stand in too many places by chance. */
const SHORTEST_SECRET = 4;

/** The masker for a plan. */
export function maskerFor(plan: Plan): Masker {
  const secrets = new Set<string>();
  for (const node of plan.nodes) {
    for (const [name, value] of node.kind === "tree" ? [] : Object.entries(node.env)) {
      if (SECRET_NAME.test(name) && value.length >= SHORTEST_SECRET) secrets.add(value);
    }
  }
  const longestFirst = [...secrets].sort((a, b) => b.length - a.length);
  const text = (value: string) =>
    longestFirst.reduce((masked, secret) => masked.replaceAll(secret, MASK), value).replace(
      URL_PASSWORD,
      `$1${MASK}$2`,
    );
  return {
    text,
    env: (env) =>
      Object.fromEntries(
        Object.entries(env).map((
          [name, value],
        ) => [name, SECRET_NAME.test(name) && value !== "" ? MASK : text(value)]),
      ),
  };
}
