import type { Report } from "../report.ts";
import type { Span } from "../toml/source.ts";
import { quote } from "../wording.ts";
import type { ActorNode, Node } from "./nodes.ts";

/** An address that a probe asks. */
interface Asked {
  readonly address: string;
  /** The value of the probe as an example, with a port for each replica. */
  readonly example: string;
  readonly at: Span;
}

/** Warns of replicas that are to be ready at one address: only one of them can listen there. */
export function warnOfFixedPorts(nodes: readonly Node[], report: Report): void {
  const taken = new Set<string>();
  for (const node of nodes) {
    if (node.kind === "tree" || node.declared.replica === null || !node.declared.isSound) continue;
    const asked = askedBy(node);
    if (asked === null || isSupervised(node)) continue;
    const key = `${node.sharedPath} ${asked.address}`;
    if (taken.has(key)) warn(node, asked, report);
    taken.add(key);
  }
}

function askedBy({ declared }: ActorNode): Asked | null {
  const { tcp, http } = declared.fields.ready?.value.fields ?? {};
  if (tcp !== undefined) {
    const { host, port } = tcp.value;
    return { address: `${host}:${port}`, example: 'tcp = "127.0.0.1:808${replica}"', at: tcp.at };
  }
  if (http === undefined) return null;
  const { protocol, host } = new URL(http.value);
  return {
    address: `${protocol}//${host}`,
    example: 'http = "http://127.0.0.1:808${replica}/"',
    at: http.at,
  };
}

/** Whether the replicas share a socket of supervise: then the first that accepts answers. */
function isSupervised({ declared: { fields } }: ActorNode): boolean {
  return fields.sockets !== undefined && fields.sockets.value.length > 0;
}

function warn({ declared }: ActorNode, { address, example, at }: Asked, report: Report): void {
  const message = `more than one replica of ${quote(declared.name)} is to be ready at ${address}`;
  report.add("config/fixed-port", at, message, {
    expected: "a port for each",
    hint: `have each listen at its own, as in ${example}`,
  });
}
