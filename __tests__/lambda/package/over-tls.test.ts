import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { distantEndpoint } from "../../../bench/distant-endpoint";
import { EnvironmentProcess } from "../../../bench/environment-process";
import { startIncident } from "../../../bench/incident";
import { unpackOurs } from "../../../bench/packages";

// Skipped without openssl, which makes the certificate.
const tlsTest = spawnSync("openssl", ["version"]).status === 0 ? test : test.skip;

jest.setTimeout(30_000);

tlsTest.each([
  ["a whole CPU, which loads while connections are opened,", "1769"],
  ["a part of a CPU, which loads at once,", "512"],
  ["a memory that nobody told it", undefined],
])("a function with %s revokes over TLS", async (_, memory) => {
  // GIVEN
  const incident = await startIncident();
  const distant = await distantEndpoint(incident.endpoint.url, 20);
  const environment = await EnvironmentProcess.start(join(unpackOurs(), "index.js"), {
    ...incident.environment,
    ...distant.environment,
    ...(memory && { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memory }),
  });
  try {
    // WHEN
    const reply = await environment.handle(incident.event());
    // THEN
    expect(reply).toMatchObject({ result: { outcome: "revoked" } });
    const actions = incident.endpoint.calls.map(({ action }) => action);
    expect(actions.slice(0, 3).sort()).toEqual(["GetRole", "GetRolePolicy", "PutRolePolicy"]);
  } finally {
    await environment.stop();
    distant.close();
    await incident.endpoint.close();
  }
});

test("a function whose environment is not usable fails every invocation, and says why", async () => {
  // GIVEN
  const incident = await startIncident();
  const environment = await EnvironmentProcess.start(join(unpackOurs(), "index.js"), {
    ...incident.environment,
    RESPONSE: "shout",
  });
  try {
    for (let attempt = 0; attempt < 2; attempt++) {
      // WHEN
      const { error } = await environment.handle(incident.event());
      // THEN
      expect(error).toMatch(/RESPONSE="shout"/);
    }
  } finally {
    await environment.stop();
    await incident.endpoint.close();
  }
});
