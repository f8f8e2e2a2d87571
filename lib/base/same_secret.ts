/**
 * Whether two texts are the same, in a time that tells nothing of where they differ: a guesser learns nothing
 * from how long it takes to refuse one. Their lengths are no secret.
 */
export function sameSecret(one: string, other: string): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let at = 0; at < one.length; at++) difference |= one.charCodeAt(at) ^ other.charCodeAt(at);
  return difference === 0;
}
