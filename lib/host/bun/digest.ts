interface BunCrypto {
  readonly CryptoHasher: new (algorithm: "sha256") => {
    update(text: string): void;
    digest(encoding: "hex"): string;
  };
}

/** SHA-256 in hexadecimal digits, by Bun itself: node:crypto takes milliseconds to load. */
export function digest(text: string): string {
  const { Bun } = globalThis as unknown as { Bun: BunCrypto };
  const hasher = new Bun.CryptoHasher("sha256");
  hasher.update(text);
  return hasher.digest("hex");
}
