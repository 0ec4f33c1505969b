import { Fn } from "cdktf";

import { CONSOLES } from "../contract/consoles";
import type { InputTransformer } from "../detection/finding-target";
import { ResponseMode } from "../contract/environment";
import type { Place } from "../shared/place";

const FINDING_PATHS = {
  type: "$.detail.type",
  severity: "$.detail.severity",
  account: "$.detail.accountId",
  region: "$.detail.region",
  id: "$.detail.id",
  firstSeen: "$.detail.service.eventFirstSeen",
  lastSeen: "$.detail.service.eventLastSeen",
  count: "$.detail.service.count",
};

const ANY_FINDING_PATHS = { ...FINDING_PATHS, title: "$.detail.title" };

const CREDENTIAL_PATHS = {
  ...FINDING_PATHS,
  role: "$.detail.resource.accessKeyDetails.userName",
  principal: "$.detail.resource.accessKeyDetails.principalId",
  accessKey: "$.detail.resource.accessKeyDetails.accessKeyId",
  ip: "$.detail.service.action.awsApiCallAction.remoteIpDetails.ipAddressV4",
  country: "$.detail.service.action.awsApiCallAction.remoteIpDetails.country.countryName",
  api: "$.detail.service.action.awsApiCallAction.api",
  service: "$.detail.service.action.awsApiCallAction.serviceName",
};

/** The first mail about stolen role credentials: sent by EventBridge itself, whatever becomes of the function. */
export function credentialExfiltrationMessage(place: Place, response: ResponseMode): InputTransformer {
  return message(CREDENTIAL_PATHS, [
    "GuardDuty: credentials of an EC2 instance's role are used where they do not belong.",
    "",
    "Finding:     <type>",
    "Severity:    <severity>",
    "Account:     <account>, <region>",
    "Role:        <role> (session <principal>)",
    "Access key:  <accessKey>",
    "Used from:   <ip> (<country>)",
    "Call:        <api> on <service>",
    "Seen:        <firstSeen> to <lastSeen>, <count> times",
    `Console:     ${consoleLink(place)}`,
    "",
    whatFollows(response),
  ]);
}

/** What the first mail says about the second one. */
export function whatFollows(response: ResponseMode): string {
  return response === ResponseMode.REVOKE
    ? "The function looks at it now. A second mail tells whether the role's sessions were revoked, or why not; none comes " +
        "where the stolen keys were answered before."
    : "This deployment only notifies: a second mail tells how to revoke the role's sessions by hand.";
}

/** The mail about any other finding: nothing is done about it. */
export function anyFindingMessage(place: Place): InputTransformer {
  return message(ANY_FINDING_PATHS, [
    "GuardDuty: <title>",
    "",
    "Finding:   <type>",
    "Severity:  <severity>",
    "Account:   <account>, <region>",
    "Seen:      <firstSeen> to <lastSeen>, <count> times",
    `Console:   ${consoleLink(place)}`,
  ]);
}

/** Each line of a text template is a JSON string of its own. */
function message(inputPaths: Readonly<Record<string, string>>, lines: readonly string[]): InputTransformer {
  return { inputPaths, inputTemplate: lines.map((line) => `"${line}"`).join("\n") };
}

function consoleLink(place: Place): string {
  const host = Fn.lookup(CONSOLES, place.partition, CONSOLES.aws);
  return `https://${host}/guardduty/home?region=<region>#/findings?search=id%3D<id>`;
}
