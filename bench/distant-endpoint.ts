import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createSecureServer } from "node:tls";

/** An endpoint behind TLS, as far away as IAM can be. */
export interface DistantEndpoint {
  /** What a process needs in its environment to call it. */
  readonly environment: Readonly<Record<"AWS_ENDPOINT_URL" | "NODE_EXTRA_CA_CERTS", string>>;
  close(): void;
}

/**
 * Puts TLS and a distance before an endpoint on loopback. The distance costs what it costs on a wire: a round trip until a
 * connection carries anything, and half of one for whatever is sent, either way.
 *
 * @param url of the endpoint.
 * @param roundTrip in milliseconds.
 */
export async function distantEndpoint(url: string, roundTrip: number): Promise<DistantEndpoint> {
  const { key, certificate } = selfSigned();
  const secure = createSecureServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (socket) => {
    const server = connect(Number(new URL(url).port), "127.0.0.1");
    pass(socket, server, 0);
    pass(server, socket, 0);
  });
  const securePort = await listen(secure);
  const far = createServer((near) => {
    const established = performance.now() + roundTrip;
    const server = connect({ port: securePort, host: "127.0.0.1", noDelay: true });
    pass(near.setNoDelay(), server, roundTrip / 2, established);
    pass(server, near, roundTrip / 2);
  });
  const port = await listen(far);
  return {
    environment: { AWS_ENDPOINT_URL: `https://localhost:${port}`, NODE_EXTRA_CA_CERTS: certificate },
    close() {
      far.close();
      secure.close();
    },
  };
}

/** Passes on whatever is sent, in order, so many milliseconds later and not before a time. */
function pass(from: Socket, to: Socket, milliseconds: number, earliest = 0): void {
  const later = (act: () => void) => {
    const wait = Math.max(performance.now(), earliest) + milliseconds - performance.now();
    if (wait > 0) setTimeout(act, wait);
    else act();
  };
  from.on("data", (chunk) => later(() => to.write(chunk)));
  from.on("end", () => later(() => to.end()));
  // Processes that are measured end without a farewell.
  from.on("error", () => to.destroy());
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** The files of a new key and of its certificate for localhost. */
function selfSigned(): { key: string; certificate: string } {
  const folder = mkdtempSync(join(tmpdir(), "bench-tls-"));
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const { status, stderr } = spawnSync(
    "openssl",
    [
      ...["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-days", "1"],
      ...["-keyout", key, "-out", certificate, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
    ],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`openssl must be able to make a certificate for localhost: ${stderr}`);
  return { key, certificate };
}
