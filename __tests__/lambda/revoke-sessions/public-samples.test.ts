import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { respond } from "../../../lambda/revoke-sessions/respond";
import { configuration } from "../../support/configuration";
import { ACCOUNT_ID } from "../../support/finding";
import { dependenciesOf, MemoryAws } from "../../support/memory-aws";

const ANSWER_OF_AN_API = "this is a list of findings, as an API answers it";
const NO_DETAIL = 'it has no "detail"';
const PASCAL_CASE = 'its "detail" has PascalCase keys, as the GetFindings API answers it';

/**
 * What becomes of each public sample in a deployment of the sample's own account that may revoke any role, where the role
 * that the sample names exists: the outcome, the reason why not, or part of the error.
 */
const EXPECTED: Record<string, string> = {
  "aws-cli-getfindings-iamuser.json": ANSWER_OF_AN_API,
  "aws-coe-legacy-type-user-no-usertype.json": "other-account",
  "aws-docs-eventbridge-envelope.json": 'its "detail" has no "type" that is a string',
  "aws-samples-automated-response-ec2.json": "unsupported-type",
  "aws-samples-automated-response-recon-maliciousip-custom.json": "sample-finding",
  "aws-samples-automated-response-s3.json": "sample-finding",
  "azure-sentinel-govcloud-row.json": PASCAL_CASE,
  "azure-sentinel-iamuser-row.json": PASCAL_CASE,
  "blu371ck-assumedrole-template.json": PASCAL_CASE,
  "blu371ck-credentialaccess-2025-sample.json": PASCAL_CASE,
  "blu371ck-metadata-dns-rebind.json": PASCAL_CASE,
  "blu371ck-root-user.json": PASCAL_CASE,
  "bower-insideaws-mapper-minimal.json": "role-unknown",
  "bower-outsideaws-poisoned-field.json": "role-unknown",
  "c7n-issue3452-saml-assumedrole-fragment.json": NO_DETAIL,
  "cartography-assumedrole-credentialaccess.json": PASCAL_CASE,
  "cloud-custodian-ec2-c2-sample.json": "sample-finding",
  "cloud-custodian-iam-tor-sample.json": "sample-finding",
  "cloudfreeze-assumedrole-no-username.json": "unsupported-type",
  "cloudfreeze-iamuser-maliciousip.json": "unsupported-type",
  "cplab-outsideaws-low-severity.json": "below-severity",
  "cplab-outsideaws-minimal.json": "other-account",
  "cplab-outsideaws-protected-role.json": "other-account",
  "cplab-outsideaws-sample-flag.json": "sample-finding",
  "csa-getfindings-2025-initialaccess-anomalous.json": PASCAL_CASE,
  "csa-getfindings-2025-k8s-role.json": PASCAL_CASE,
  "csa-getfindings-2025-lambda-blackhole.json": PASCAL_CASE,
  "csa-getfindings-2025-pentest-pentoo.json": PASCAL_CASE,
  "csa-lambda-guardduty-eventbridge-recon-iam.json": "sample-finding",
  "defectdojo-asff-assumedrole-discovery.json": NO_DETAIL,
  "dfs-core-outsideaws-full-context.json": "revoked",
  "dfs-core-recon-iamuser.json": "unsupported-type",
  "elastic-outsideaws-aws-sample.json": "sample-finding",
  "elastic-recon-tor-aws-sample.json": "sample-finding",
  "google-secops-getfindings-rdp-bruteforce.json": ANSWER_OF_AN_API,
  "mozdef-ec2-portprobe-real.json": "unsupported-type",
  "nexacorp-outsideaws-full-ec2-ci-runner.json": "revoked",
  "nishigandha-outsideaws-no-accesskey.json": "role-unknown",
  "notify-slack-minimal-high.json": "unsupported-type",
  "notify-slack-sns-wrapped-gov.json": 'this is a list of "Records", as an SNS topic or a queue delivers it',
  "ocsf-securityhub-asff-cloudtrail-disabled.json": NO_DETAIL,
  "oluolus-ec2-eventbridge.json": "sample-finding",
  "panther-attacksequence-iam-compromisedcredentials.json": "unsupported-type",
  "panther-attacksequence-s3-sample.json": "sample-finding",
  "panther-parser-minimal.json": NO_DETAIL,
  "panther-parser-stealth-loggingconfig.json": "sample-finding",
  "panther-privesc-putrolepolicy.json": "unsupported-type",
  "sekoia-ec2-portprobe.json": "sample-finding",
  "sekoia-eks-role.json": "sample-finding",
  "sekoia-exfil-anomalous.json": "sample-finding",
  "sekoia-maliciousip-iamuser.json": "sample-finding",
  "sekoia-s3-maliciousip.json": "sample-finding",
  "stix-shifter-iamuser-cloudtrail-disabled.json": PASCAL_CASE,
  "trustar-ec2-integtest.json": "unsupported-type",
  "umerjidda-legacy-type-pascal-no-accesskey.json": PASCAL_CASE,
  "umerjidda-outsideaws-dataprocessing-no-accesskey.json": "role-unknown",
  "umerjidda-outsideaws-webapprole-no-accesskey.json": "role-unknown",
  "umerjidda-outsideaws-webserverrole-doc.json": "revoked",
  "umerjidda-recon-networkpermissions.json": "unsupported-type",
  "warren-getfindings-droppoint.json": ANSWER_OF_AN_API,
  "wiz007-outsideaws-no-username.json": "other-account",
  "zenn-outsideaws-manual-test-user.json": "role-unknown",
};

const folder = process.env["FINDING_SAMPLES"] && resolve(process.env["FINDING_SAMPLES"]);
if (!folder) console.info("public samples: skipped, since FINDING_SAMPLES names no folder");
const samples =
  folder && existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith(".json"))
        .sort()
    : [];

(folder ? describe : describe.skip)("public samples in FINDING_SAMPLES", () => {
  test("are a folder with findings", () => {
    expect({ folder, found: samples.length > 0 }).toEqual({ folder, found: true });
  });

  test("each have an expectation, and each expectation has its file", () => {
    expect(samples).toEqual(Object.keys(EXPECTED).sort());
  });

  for (const name of samples) {
    test(name, async () => {
      // GIVEN a deployment in the account of the sample, with its role
      const event = asEvent(JSON.parse(readFileSync(join(folder!, name), "utf8")));
      const aws = new MemoryAws();
      addRoleOf(event, aws);
      // WHEN the sample arrives
      const outcome = await outcomeOf(event, aws);
      // THEN its outcome is the one in the table, people are told, and IAM is written to only for that
      expect(outcome).toMatch(EXPECTED[name] ?? "an expectation in the table");
      expect(aws.writes).toHaveLength(outcome === "revoked" ? 1 : 0);
      expect(aws.incidents).toHaveLength(outcome.startsWith("InvalidEventError") ? 0 : 1);
    });
  }
});

type Fields = Record<string, any>;

/** A finding without the envelope in which EventBridge delivers it gets one; all else stays as it was found. */
function asEvent(sample: unknown): unknown {
  const { detail, type, Type, accountId = ACCOUNT_ID } = (sample ?? {}) as Fields;
  const isFinding = detail === undefined && typeof (type ?? Type) === "string";
  return isFinding
    ? { source: "aws.guardduty", "detail-type": "GuardDuty Finding", account: accountId, detail: sample }
    : sample;
}

function addRoleOf(event: unknown, aws: MemoryAws): void {
  const details = (event as Fields)?.["detail"]?.["resource"]?.["accessKeyDetails"] as Fields | undefined;
  const roleId = String(details?.["principalId"]).split(":")[0];
  if (details?.["userName"]) aws.addRole({ name: details["userName"], roleId });
}

async function outcomeOf(event: unknown, aws: MemoryAws): Promise<string> {
  const { detail, account } = (event ?? {}) as Fields;
  const accountId = detail?.["accountId"] ?? account ?? ACCOUNT_ID;
  const handled = respond(event, dependenciesOf(aws, { configuration: configuration({ accountId }) }));
  return handled.then(
    ({ outcome }) => (outcome.outcome === "not-revoked" ? outcome.reason : outcome.outcome),
    (error: Error) => `${error.name}: ${error.message}`,
  );
}
