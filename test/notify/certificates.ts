import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A self-signed certificate for a name, one that has expired, and their key, as PEM. */
export function makeCertificates(name: string): {
  readonly cert: string;
  readonly key: string;
  readonly expired: string;
} {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-tls-"));
  const openssl = (text: string, ...more: string[]): void =>
    void execFileSync("openssl", [...text.split(" "), ...more], { cwd: folder, stdio: "pipe" });
  const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`];
  try {
    openssl("req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -days 2", ...subject);
    openssl("req -new -key k.pem -out r.pem", ...subject);
    openssl("x509 -req -in r.pem -signkey k.pem -out e.pem -days -1 -copy_extensions copy");
    const read = (file: string): string => readFileSync(join(folder, file), "utf8");
    return { cert: read("c.pem"), key: read("k.pem"), expired: read("e.pem") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
