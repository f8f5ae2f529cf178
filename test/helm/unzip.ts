import { closeSync, openSync, readSync } from "node:fs";
import { inflateRawSync } from "node:zlib";

/** One file out of a ZIP archive, read without the rest; undefined when it is not there. */
export function unzipOne(archive: string, wanted: string, size: number): Buffer | undefined {
  const file = openSync(archive, "r");
  const at = (position: number, length: number): Buffer => {
    const buffer = Buffer.alloc(length);
    return buffer.subarray(0, readSync(file, buffer, 0, length, position));
  };
  try {
    const tail = at(Math.max(0, size - 65_557), Math.min(size, 65_557));
    const end = tail.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
    const directory = at(tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
    for (let entry = 0; entry < directory.length;) {
      const nameLength = directory.readUInt16LE(entry + 28);
      const name = directory.toString("utf8", entry + 46, entry + 46 + nameLength);
      if (name === wanted) {
        const header = directory.readUInt32LE(entry + 42);
        const local = at(header, 30);
        const start = header + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
        const packed = at(start, directory.readUInt32LE(entry + 20));
        return directory.readUInt16LE(entry + 10) === 0 ? packed : inflateRawSync(packed);
      }
      entry += 46 + nameLength + directory.readUInt16LE(entry + 30) + directory.readUInt16LE(entry + 32);
    }
    return undefined;
  } finally {
    closeSync(file);
  }
}
