import assert from "node:assert/strict";
import { guarantees, type OpenSubject } from "./subject.ts";

/** What every implementation of the port to the network guarantees. */
export function networkContract(name: string, open: OpenSubject): void {
  const guarantee = guarantees(`${name} network`, open);

  guarantee("a port that listens is told from one that does not", async (subject) => {
    const { network } = subject.host;
    const { port, close } = await subject.serve(200);
    assert.equal(await network.connect("127.0.0.1", port).result, null);
    await close();
    assert.equal(await network.connect("127.0.0.1", port).result, "connection refused");
  });

  guarantee("a GET succeeds with a status of 200 to 399, and else says what came", async (subject) => {
    const { network } = subject.host;
    const cases = [
      [200, null],
      [302, null],
      [404, "answered with status 404"],
      [500, "answered with status 500"],
    ] as const;
    for (const [status, expected] of cases) {
      const { port, close } = await subject.serve(status);
      assert.equal(await network.get(`http://127.0.0.1:${port}/health`).result, expected);
      await close();
    }
    const nobody = network.get(`http://127.0.0.1:${await subject.freePort()}/`);
    assert.equal(await nobody.result, "connection refused");
  });

  guarantee("an attempt that is cancelled ends at once and says so", async (subject) => {
    const { port, close } = await subject.serve("silence");
    const attempt = subject.host.network.get(`http://127.0.0.1:${port}/`);
    attempt.cancel();
    attempt.cancel();
    assert.equal(await attempt.result, "cancelled");
    await close();
  });
}
