import { parseFindings } from "../../../lambda/revoke-sessions/finding";
import { stolenOf, usableSince } from "../../../lambda/revoke-sessions/stolen";
import { accessKeyId, findingEvent, INSTANCE_ID, ROLE_ID } from "../../support/finding";
import { stolenFrom } from "../../support/incident";
import { THIEFS_ADDRESS } from "../../support/trail";

const REMOTE = "detail.service.action.awsApiCallAction.remoteIpDetails";
const parse = (...parameters: Parameters<typeof findingEvent>) => parseFindings(findingEvent(...parameters))[0];

test("what is stolen is told by its keys, its sessions and where it was used from, each once", () => {
  // GIVEN
  const set = { [REMOTE]: { ipAddressV4: THIEFS_ADDRESS, ipAddressV6: "2001:db8::7" } };
  const recentCredentials = [
    { accessKeyId: accessKeyId(1) },
    stolenFrom(2),
    { accessKeyId: accessKeyId(3) },
    { principalId: ROLE_ID },
  ];
  // WHEN
  const stolen = stolenOf(parse({ set, recentCredentials }));
  // THEN
  expect(stolen).toEqual({
    accessKeyIds: [1, 2, 3].map(accessKeyId),
    principalIds: [`${ROLE_ID}:${INSTANCE_ID}`, stolenFrom(2).principalId, ROLE_ID],
    addresses: [THIEFS_ADDRESS, "2001:db8::7"],
  });
});

test("a finding that says nothing of it tells nothing", () => {
  const set = { [REMOTE]: undefined, "detail.resource.accessKeyDetails": undefined };
  expect(stolenOf(parse({ set }))).toEqual({ accessKeyIds: [], principalIds: [], addresses: [] });
});

test("it can have been used for as long as a session lives before GuardDuty saw it", () => {
  expect(usableSince(parse())).toEqual(new Date("2026-02-28T23:51:00Z"));
  expect(usableSince(parse({ set: { "detail.service.eventFirstSeen": undefined } }))).toBeUndefined();
});
