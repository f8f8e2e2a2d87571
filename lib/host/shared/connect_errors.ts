import { ConnectError, type ConnectFailure, type TcpOptions } from "../ports/tcp.ts";

const BY_CODE: Readonly<Record<string, readonly [ConnectFailure, string]>> = {
  ECONNREFUSED: ["refused", "nobody listens there"],
  EHOSTUNREACH: ["unreachable", "there is no way to the host"],
  ENETUNREACH: ["unreachable", "there is no way to the network"],
  EAI_AGAIN: ["unknown-host", "the name of the host cannot be looked up"],
  ENOTFOUND: ["unknown-host", "there is no such host"],
  ETIMEDOUT: ["timed-out", "the host does not answer"],
  ERR_TLS_CERT_ALTNAME_INVALID: ["wrong-name", "the server's certificate is for another name"],
};

/** Codes for a certificate that does not hold, of either runtime. */
const NOT_TRUSTED =
  /^(UNABLE_TO_|CERT_|CRL_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_)/;

/** Why there is no connection, after what the runtime says of it. */
export function connectErrorOf(error: Error, options: TcpOptions): ConnectError {
  // A host with several addresses fails with one error for each.
  const [first] = error instanceof AggregateError ? error.errors as readonly Error[] : [];
  const cause = first ?? error;
  const [failure, why] = explain(cause, options);
  const { host, port } = options;
  return new ConnectError(failure, `Cannot connect to ${host}:${port}: ${why}`, { cause });
}

function explain(error: Error, { tls }: TcpOptions): readonly [ConnectFailure, string] {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const known = BY_CODE[code];
  if (known !== undefined) return known;
  if (NOT_TRUSTED.test(code)) {
    return ["not-trusted", `the server's certificate is not trusted: ${error.message}`];
  }
  return tls === null ? ["failed", error.message] : ["no-agreement", `no agreement on TLS: ${error.message}`];
}
