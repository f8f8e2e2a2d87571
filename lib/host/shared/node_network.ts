import type { Attempt, Network } from "../ports/network.ts";
import { nodeHttp, nodeHttps, nodeNet } from "./lazy_node.ts";

const CANCELLED = "cancelled";

/** So many answers such as 100 and 103 may come before the one that counts: reading a flood of them takes all there is of time. */
const MOST_EARLY = 16;

/** TCP and HTTP through the modules of Node, which are the same on both runtimes. */
export const nodeNetwork: Network = {
  connect(host: string, port: number): Attempt {
    const socket = nodeNet().connect({ host, port });
    const result = new Promise<string | null>((resolve) => {
      socket.once("connect", () => resolve(null));
      socket.once("error", (error) => resolve(describe(error)));
      socket.once("close", () => resolve(CANCELLED));
    });
    return attempt(result, () => socket.destroy());
  },

  get(url: string): Attempt {
    // Whether a certificate is trusted is no question of readiness.
    const request = url.startsWith("https:")
      ? nodeHttps().get(url, { agent: false, rejectUnauthorized: false })
      : nodeHttp().get(url, { agent: false });
    const result = new Promise<string | null>((resolve) => {
      request.once("response", (response) => {
        const status = response.statusCode ?? 0;
        resolve(status >= 200 && status < 400 ? null : `answered with status ${status}`);
      });
      let early = 0;
      request.on("information", () => {
        if (++early === MOST_EARLY) resolve("answers with nothing but statuses below 200");
      });
      request.once("error", (error) => resolve(describe(error)));
      request.once("close", () => resolve(CANCELLED));
    });
    return attempt(result, () => request.destroy());
  },
};

/** A destroyed attempt ends differently from runtime to runtime: that it was cancelled is noted here. */
function attempt(outcome: Promise<string | null>, destroy: () => void): Attempt {
  let cancel = () => {};
  const cancelled = new Promise<string>((resolve) => cancel = () => resolve(CANCELLED));
  return {
    result: Promise.race([outcome, cancelled]).finally(destroy),
    cancel() {
      cancel();
      destroy();
    },
  };
}

function describe(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ECONNREFUSED") return "connection refused";
  // A host with several addresses fails with one error for each.
  const [first] = error instanceof AggregateError ? error.errors as readonly Error[] : [];
  return first === undefined ? error.message || String(code) : describe(first);
}
