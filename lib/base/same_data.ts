/** Whether two pieces of plain data are the same, in whatever order their objects have their members. */
export function isSameData(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [held, wanted] = [one, other] as readonly Readonly<Record<string, unknown>>[];
  const names = Object.keys(held!);
  return names.length === Object.keys(wanted!).length &&
    names.every((name) => Object.hasOwn(wanted!, name) && isSameData(held![name], wanted![name]));
}
