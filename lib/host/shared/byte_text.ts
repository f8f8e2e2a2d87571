/** Bytes as a text of as many characters, each with the code of its byte. */

/** A method of all byte arrays that the types leave out. */
interface Latin1 {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
}

export function textOfBytes(bytes: Uint8Array): string {
  return (Buffer.prototype as unknown as Latin1).latin1Slice.call(bytes, 0, bytes.length);
}

/** For short texts. */
export function bytesOfText(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
