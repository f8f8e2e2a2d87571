import type { KeyObject, X509Certificate } from "node:crypto";
import { ConnectError, type TlsCredentials } from "../ports/tcp.ts";
import { nodeCrypto } from "./lazy_node.ts";

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/**
 * Makes sure that credentials can be used, which not every runtime does: Deno goes on without what it cannot read.
 *
 * @throws {ConnectError} `bad-credentials`
 */
export function checkCredentials(tls: TlsCredentials): TlsCredentials {
  const [own] = certificatesOf("certificate", tls.cert);
  certificatesOf("authority", tls.ca);
  if (!own!.checkPrivateKey(keyOf(tls.key))) throw bad("The key does not belong to the certificate");
  return tls;
}

function certificatesOf(what: string, text: string): readonly X509Certificate[] {
  const blocks = text.match(CERTIFICATE) ?? [];
  if (blocks.length === 0) throw bad(`The ${what} is not a certificate in PEM`);
  const { X509Certificate } = nodeCrypto();
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch (error) {
    throw bad(`The ${what} cannot be read`, error);
  }
}

function keyOf(text: string): KeyObject {
  try {
    return nodeCrypto().createPrivateKey(text);
  } catch (error) {
    throw bad("The key is not a private key in PEM", error);
  }
}

function bad(message: string, cause?: unknown): ConnectError {
  return new ConnectError("bad-credentials", message, { cause });
}
