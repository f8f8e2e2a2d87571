import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { actorOf, adviceOf } from "../compiling.ts";

const withProbe = (probe: string) => `[actors.a]\nexec = "x"\nready = { ${probe} }`;

test("addresses: host and port, a port alone, and IPv6 in brackets are read", () => {
  const cases: [string, string, number][] = [
    ["127.0.0.1:5432", "127.0.0.1", 5432],
    ["db.local:1", "db.local", 1],
    ["5432", "127.0.0.1", 5432],
    [":65535", "127.0.0.1", 65535],
    ["[::1]:80", "::1", 80],
  ];
  for (const [text, host, port] of cases) {
    assert.deepEqual(
      actorOf(withProbe(`tcp = "${text}"`), "a").ready?.probe,
      { type: "tcp", host, port },
      text,
    );
  }
});

test("addresses: what is none is told what is missing", () => {
  const cases: [string, string, string | null][] = [
    ["localhost", '"localhost" is not an address', 'add the port: "localhost:5432"'],
    ["http://localhost:80/x", '"http://localhost:80/x" is not an address', 'write "localhost:80"'],
    ["localhost:0", "there is no port 0", null],
    ["65536", "there is no port 65536", null],
    ["::1:80", '"::1:80" is not an address', null],
    ["a b:80", '"a b:80" is not an address', null],
    ["localhost:http", '"localhost:http" is not an address', null],
    ["", '"" is not an address', null],
  ];
  for (const [text, message, hint] of cases) {
    const advice = adviceOf(withProbe(`tcp = "${text}"`));
    assert.deepEqual([advice.message, advice.hint], [message, hint], text);
  }
  assert.equal(adviceOf(withProbe("tcp = 5432")).hint, 'write "5432"');
});

test("URLs: http and https are read, others are completed", () => {
  for (const url of ["http://127.0.0.1:8080/health", "https://a.b/c?d=e#f", "HTTP://[::1]/"]) {
    assert.deepEqual(actorOf(withProbe(`http = "${url}"`), "a").ready?.probe, { type: "http", url }, url);
  }
  const cases: [string, string | null][] = [
    ["localhost:8080/health", 'write "http://localhost:8080/health"'],
    ["8080", 'write "http://127.0.0.1:8080"'],
    [":8080/x", 'write "http://127.0.0.1:8080/x"'],
    ["/health", 'write "http://127.0.0.1:8080/health"'],
    ["ftp://a", null],
    ["http://", null],
    ["http:///x", null],
    ["http://a b", null],
    ["", null],
  ];
  for (const [text, hint] of cases) assert.equal(adviceOf(withProbe(`http = "${text}"`)).hint, hint, text);
});

test("patterns: what cannot be compiled is told with the reason", () => {
  assert.deepEqual(actorOf(withProbe("log = '^ready \\(.*\\)$'"), "a").ready?.probe, {
    type: "log",
    pattern: "^ready \\(.*\\)$",
  });
  assert.match(adviceOf(withProbe("log = '(ready'")).message, /^"\(ready" is not a regular expression: \S/);
  assert.match(adviceOf(withProbe("log = ''")).message, /it is empty and would match every line$/);
});
