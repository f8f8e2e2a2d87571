import type { Attempt, Network } from "../ports/network.ts";
import type { PortAnswer } from "./puppet.ts";

const REFUSED = "connection refused";
const CANCELLED = "cancelled";

/** A network in which a port listens or does not, whatever the name of the host. */
export class FakeNetwork implements Network {
  readonly #listening = new Map<number, PortAnswer>();

  /** Lets something listen on a port, until the returned function is called. */
  listen(port: number, answer: PortAnswer): () => void {
    if (this.#listening.has(port)) throw new Error(`port ${port} is taken`);
    this.#listening.set(port, answer);
    return () => this.#listening.delete(port);
  }

  /** Whether anything listens on a port. */
  isListening(port: number): boolean {
    return this.#listening.has(port);
  }

  connect(_host: string, port: number): Attempt {
    return answered(this.#listening.has(port) ? null : REFUSED);
  }

  get(url: string): Attempt {
    const { port, protocol } = new URL(url);
    const answer = this.#listening.get(Number(port) || (protocol === "https:" ? 443 : 80));
    if (answer === undefined) return answered(REFUSED);
    const { status } = answer;
    if (status === "silence") return silent();
    return answered(status >= 200 && status < 400 ? null : `answered with status ${status}`);
  }
}

function answered(result: string | null): Attempt {
  return { result: Promise.resolve(result), cancel: () => {} };
}

function silent(): Attempt {
  let cancel = () => {};
  const result = new Promise<string>((resolve) => cancel = () => resolve(CANCELLED));
  return { result, cancel };
}
