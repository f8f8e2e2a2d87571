import { nodeCrypto } from "../shared/lazy_node.ts";

/** SHA-256 in hexadecimal digits. */
export function digest(text: string): string {
  return nodeCrypto().createHash("sha256").update(text).digest("hex");
}
