/** Whether an address is a name in the kernel, not the path of a file. */
export function isName(address: string): boolean {
  return address.startsWith("@");
}

/** An address as the runtimes take it. */
export function pathOf(address: string): string {
  return isName(address) ? abstractPath(address.slice(1)) : address;
}

/** A name as a path of the kind that exists in the kernel alone: it needs no file, and a crash leaves none behind. */
export function abstractPath(name: string): string {
  return `\0${name}`;
}
