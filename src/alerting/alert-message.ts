import { Fn } from "cdktf";

import { CONSOLES } from "../contract/consoles";
import { ResponseMode } from "../contract/environment";
import type { InputTransformer } from "../detection/finding-target";
import type { Place } from "../shared/place";
import { textMessage } from "./text-message";

const FINDING_PATHS = {
  type: "$.detail.type",
  sample: "$.detail.service.additionalInfo.sample",
  severity: "$.detail.severity",
  account: "$.detail.accountId",
  region: "$.detail.region",
  id: "$.detail.id",
  firstSeen: "$.detail.service.eventFirstSeen",
  lastSeen: "$.detail.service.eventLastSeen",
  count: "$.detail.service.count",
};

const ANY_FINDING_PATHS = { ...FINDING_PATHS, title: "$.detail.title" };

const KEY = "$.detail.resource.accessKeyDetails";
const CALL = "$.detail.service.action.awsApiCallAction";

const CREDENTIAL_PATHS = {
  ...FINDING_PATHS,
  role: `${KEY}.userName`,
  principal: `${KEY}.principalId`,
  accessKey: `${KEY}.accessKeyId`,
  ipv4: `${CALL}.remoteIpDetails.ipAddressV4`,
  ipv6: `${CALL}.remoteIpDetails.ipAddressV6`,
  city: `${CALL}.remoteIpDetails.city.cityName`,
  country: `${CALL}.remoteIpDetails.country.countryName`,
  remoteAccount: `${CALL}.remoteAccountDetails.accountId`,
  affiliated: `${CALL}.remoteAccountDetails.affiliated`,
  remoteService: `${CALL}.remoteAccountDetails.awsServiceName`,
  domain: `${CALL}.domainDetails.domain`,
  api: `${CALL}.api`,
  service: `${CALL}.serviceName`,
  error: `${CALL}.errorCode`,
};

/** The first mail about stolen role credentials: sent by EventBridge itself, whatever becomes of the function. */
export function credentialExfiltrationMessage(place: Place, response: ResponseMode, runbook: string): InputTransformer {
  return textMessage(CREDENTIAL_PATHS, [
    "GuardDuty: credentials of a role are used where they do not belong.",
    "",
    "Finding type:  <type>",
    "Sample:        <sample>",
    "Severity:      <severity>",
    "Account:       <account> <region>",
    "Role:          <role>",
    "Session:       <principal>",
    "Access key:    <accessKey>",
    "Used from:     <ipv4> <ipv6>",
    "  Place:       <city> <country>",
    "  AWS account: <remoteAccount>",
    "  Affiliated:  <affiliated>",
    "  AWS service: <remoteService> <domain>",
    "Call:          <api> <service>",
    "  Error:       <error>",
    ...seen(place),
    "",
    "What is empty, the finding does not say. Sample is true if somebody had GuardDuty make the finding up; Affiliated is true " +
      "if that AWS account belongs to your GuardDuty environment.",
    "",
    whatFollows(response),
    `Runbook: ${runbook}`,
  ]);
}

const SEQUENCE = "$.detail.service.detection.sequence";

/** How many roles and addresses of an attack sequence an alert names: EventBridge cannot list what it does not know the number of. */
const NAMED = [0, 1, 2];

/** Paths to the first few items of a list, as `<name0>`, `<name1>` and so on. */
const each = (name: string, list: string, field: string): Record<string, string> =>
  Object.fromEntries(NAMED.map((index) => [`${name}${index}`, `${SEQUENCE}.${list}[${index}].${field}`]));

/** The variables of {@link each}, one behind the other. */
const all = (name: string): string => NAMED.map((index) => `<${name}${index}>`).join(" ");

const FURTHER_PATHS = {
  ...CREDENTIAL_PATHS,
  title: "$.detail.title",
  ...each("actor", "actors", "user.name"),
  ...each("uid", "actors", "user.uid"),
  ...each("key", "actors", "user.credentialUid"),
  ...each("endpoint", "endpoints", "ip"),
};

/**
 * The first mail about the other findings that a deployment handles. Either it names an access key or it has actors: what a
 * finding does not have leaves nothing.
 */
export function furtherFindingMessage(place: Place, response: ResponseMode, runbook: string): InputTransformer {
  return textMessage(FURTHER_PATHS, [
    "GuardDuty: <title>",
    "",
    "Finding type:  <type>",
    "Sample:        <sample>",
    "Severity:      <severity>",
    "Account:       <account> <region>",
    `Role or user:  <role> ${all("actor")}`,
    `Principal:     <principal> ${all("uid")}`,
    `Access key:    <accessKey> ${all("key")}`,
    `Used from:     <ipv4> <ipv6> ${all("endpoint")}`,
    "  Place:       <city> <country>",
    "  AWS account: <remoteAccount>",
    "  Affiliated:  <affiliated>",
    "  AWS service: <remoteService> <domain>",
    "Call:          <api> <service>",
    "  Error:       <error>",
    ...seen(place),
    "",
    "What is empty, the finding does not say. Of an attack sequence these are the first three roles or users, and addresses. Sample " +
      "is true if somebody had GuardDuty make the finding up; Affiliated is true if that AWS account belongs to your GuardDuty environment.",
    "",
    whatFollows(response),
    `Runbook: ${runbook}`,
  ]);
}

/** What the first mail says about the second one. */
export function whatFollows(response: ResponseMode): string {
  return response === ResponseMode.REVOKE
    ? "The function handles it now. A second mail says whether the role's sessions were revoked, or why not; none comes if the " +
        "stolen credentials are denied already."
    : "This deployment only notifies: a second mail says how to revoke the role's sessions by hand.";
}

/** The mail about any other finding: nothing is done about it. */
export function anyFindingMessage(place: Place): InputTransformer {
  return textMessage(ANY_FINDING_PATHS, [
    "GuardDuty: <title>",
    "",
    "Finding type:  <type>",
    "Sample:        <sample>",
    "Severity:      <severity>",
    "Account:       <account> <region>",
    ...seen(place),
    "",
    "What is empty, the finding does not say. Sample is true if somebody had GuardDuty make the finding up.",
  ]);
}

function seen(place: Place): string[] {
  const host = Fn.lookup(CONSOLES, place.partition, CONSOLES.aws);
  return [
    "First seen:    <firstSeen>",
    "Last seen:     <lastSeen>",
    "Times:         <count>",
    `Console:       https://${host}/guardduty/home?region=<region>#/findings?search=id%3D<id>`,
  ];
}
