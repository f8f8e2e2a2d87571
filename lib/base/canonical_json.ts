/** Data as JSON in which objects that have the same members are the same text, in whatever order they have them. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, held) => isObject(held) ? sorted(held) : held);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Without a prototype, so that no name of a member means anything else. */
function sorted(value: Readonly<Record<string, unknown>>): object {
  const members: Record<string, unknown> = Object.create(null);
  for (const name of Object.keys(value).sort()) members[name] = value[name];
  return members;
}
