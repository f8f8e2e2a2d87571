/** The pipes between a guardian and its supervisor. */
import type { Descriptors } from "../../host/ports/descriptors.ts";

/** The two descriptors of one side. */
export interface LinkEnds {
  readonly read: number;
  readonly write: number;
}

/** The two sides of a new link. */
export function openLink(
  descriptors: Descriptors,
): { readonly guardian: LinkEnds; readonly supervisor: LinkEnds } {
  const [down, up] = [descriptors.openPipe(), descriptors.openPipe()];
  return { guardian: { read: up.read, write: down.write }, supervisor: { read: down.read, write: up.write } };
}
