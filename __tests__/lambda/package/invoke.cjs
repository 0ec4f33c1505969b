// Answers one finding with the package whose main file is given, and ends.
const { handler } = require(process.argv[2]);

const accessKeyDetails = {
  accessKeyId: "ASIAEXAMPLEEXAMPLE01",
  principalId: "AROAEXAMPLE:i-0123456789abcdef0",
  userType: "AssumedRole",
  userName: "robbed",
};
const event = {
  time: new Date().toISOString(),
  detail: {
    id: "0123456789abcdef0123456789abcdef",
    type: "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
    accountId: "111122223333",
    region: process.env.AWS_REGION,
    severity: 8,
    resource: { accessKeyDetails },
  },
};

// Not by running dry: the SDK keeps timers of requests that never left.
const end = () => process.send("done", () => process.exit());
handler(event, { getRemainingTimeInMillis: () => 60_000 }).then(end, end);
