/** The network of the stage: actors are asked at addresses of the stage, and at ports that they listen at. */
import type { Attempt, Network } from "../host/ports/network.ts";
import { questionAt, type StageQuestion } from "./stage_address.ts";

/** Null if it is as it should be, the refusal if it is not, and `silence` if there is no answer. */
export type StageAnswer = string | null;

/** Stands for no answer. */
export const SILENCE = "silence";

/** See the module. */
export class StageNetwork implements Network {
  readonly #ports: Network;
  readonly #answer: (question: StageQuestion) => StageAnswer;

  /** @param ports Where actors listen. */
  constructor(ports: Network, answer: (question: StageQuestion) => StageAnswer) {
    this.#ports = ports;
    this.#answer = answer;
  }

  connect(host: string, port: number): Attempt {
    const question = questionAt(host);
    return question === null ? this.#ports.connect(host, port) : this.#ask(question);
  }

  get(url: string): Attempt {
    const question = questionAt(new URL(url).hostname);
    return question === null ? this.#ports.get(url) : this.#ask(question);
  }

  #ask(question: StageQuestion): Attempt {
    const answer = this.#answer(question);
    if (answer !== SILENCE) return { result: Promise.resolve(answer), cancel: () => {} };
    const { promise, resolve } = Promise.withResolvers<string>();
    return { result: promise, cancel: () => resolve("cancelled") };
  }
}
