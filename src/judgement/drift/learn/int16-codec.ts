/** Numbers of 16 bits as text, 2.7 characters each: little-endian, base64. Texts of multiples of three numbers can be joined. */
export function base64OfInts(ints: ArrayLike<number>): string {
  return Buffer.from(Int16Array.from(ints).buffer).toString("base64");
}

export function intsOfBase64(text: string): Int16Array {
  const bytes = Buffer.from(text, "base64");
  const ints = new Int16Array(bytes.length >> 1);
  for (let index = 0; index < ints.length; index += 1) ints[index] = bytes.readInt16LE(2 * index);
  return ints;
}
