import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EC2Client } from "@aws-sdk/client-ec2";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { GuardDutyClient } from "@aws-sdk/client-guardduty";
import { IAMClient } from "@aws-sdk/client-iam";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { STSClient } from "@aws-sdk/client-sts";

/** What the operator has said about which account and region are meant; the SDK's usual chain decides the rest. */
export interface Operator {
  /** A profile of the SDK's configuration files. */
  readonly profile?: string;
  readonly region?: string;
  /** Credentials of a session, in place of the operator's own. */
  readonly credentials?: SessionCredentials;
}

export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** The SDK's clients of one region, each made when it is first asked for. */
export class Clients {
  constructor(private readonly operator: Operator) {}

  readonly cloudTrail = lazy(() => new CloudTrailClient(this.configuration));
  readonly cloudWatch = lazy(() => new CloudWatchClient(this.configuration));
  readonly dynamoDb = lazy(() => new DynamoDBClient(this.configuration));
  readonly ec2 = lazy(() => new EC2Client(this.configuration));
  readonly events = lazy(() => new EventBridgeClient(this.configuration));
  readonly guardDuty = lazy(() => new GuardDutyClient(this.configuration));
  readonly iam = lazy(() => new IAMClient(this.configuration));
  readonly lambda = lazy(() => new LambdaClient(this.configuration));
  readonly logs = lazy(() => new CloudWatchLogsClient(this.configuration));
  readonly sns = lazy(() => new SNSClient(this.configuration));
  readonly sqs = lazy(() => new SQSClient(this.configuration));
  readonly sts = lazy(() => new STSClient(this.configuration));

  /** The same operator's clients of another region. */
  in(region: string): Clients {
    return region === this.operator.region ? this : new Clients({ ...this.operator, region });
  }

  /** Clients of the same region for a session's credentials. */
  as(credentials: SessionCredentials): Clients {
    return new Clients({ region: this.operator.region, credentials });
  }

  private get configuration() {
    const { profile, region, credentials } = this.operator;
    return {
      ...(profile && { profile }),
      ...(region && { region }),
      ...(credentials && { credentials }),
      maxAttempts: 5,
    };
  }
}

/** Makes a value when it is first asked for, and keeps it. */
export function lazy<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
