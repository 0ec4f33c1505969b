import { CloudwatchEventBus } from "@cdktf/provider-aws/lib/cloudwatch-event-bus";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { SqsQueuePolicy } from "@cdktf/provider-aws/lib/sqs-queue-policy";
import { Aspects, Fn, TerraformStack } from "cdktf";
import type { Construct } from "constructs";

// Outside of this repository: from "cdktf-guardduty-credential-response".
import {
  ArnTarget,
  CredentialExfiltrationResponse,
  Detector,
  OutcomeDestination,
  RevocableRoles,
  Scope,
} from "../../src";
import { Tags } from "./tags";

export interface SecurityStackProps {
  /** The detector that another team has turned on. */
  readonly detectorId: string;
  /** The security team's topic, whose policy lets EventBridge and CloudWatch publish. */
  readonly securityTopicArn: string;
  /** The customer-managed key that it is encrypted with. */
  readonly securityKeyArn: string;
  /** The topic that the operations team wants alarms to go to. */
  readonly operationsTopicArn: string;
  /** Name of the role that the people on call assume. */
  readonly onCallRoleName: string;
}

/** A team's stack, in which the response is one part of several, in two regions. */
export class SecurityStack extends TerraformStack {
  constructor(scope: Construct, id: string, props: SecurityStackProps) {
    super(scope, id);
    new AwsProvider(this, "aws", { region: "us-west-2" });
    const ireland = new AwsProvider(this, "aws-ireland", { region: "eu-west-1", alias: "ireland" });

    // A role of the stack may be revoked by what is made around it.
    const application = new IamRole(this, "application", {
      name: "application",
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
      }),
    });

    const response = new CredentialExfiltrationResponse(this, "response", {
      detector: Detector.fromDetectorId(this, "detector", props.detectorId),
      revocableRoles: RevocableRoles.withPath("/application/"),
      topicArn: props.securityTopicArn,
      topicKeyArn: props.securityKeyArn,
      alarmActions: [props.operationsTopicArn],
      scope: Scope.SESSION,
    });
    response.revoker.allowRevoking(application.arn);
    response.grantRedrive("on-call", props.onCallRoleName);
    this.openCases(response);
    this.publishOutcomes(response);

    // The second region has its own detector, topic and key. IAM is global, the role's name carries the region.
    const irish = new CredentialExfiltrationResponse(this, "response-ireland", {
      provider: ireland,
      detector: Detector.lookup(this, "detector-ireland", ireland),
      revocableRoles: RevocableRoles.withPath("/application/"),
      alertEmails: ["security@example.com"],
    });
    irish.topic?.subscribe("pager", { protocol: "https", endpoint: "https://pager.example.com/guardduty" });

    Aspects.of(this).add(new Tags({ Team: "security", CostCentre: "4711" }));
  }

  /** One more target of the rule: a queue that the case management reads. */
  private openCases(response: CredentialExfiltrationResponse): void {
    const queue = new SqsQueue(this, "cases", { name: "security-cases", sqsManagedSseEnabled: true });
    new SqsQueuePolicy(this, "cases-policy", {
      queueUrl: queue.url,
      // Terraform's own function: cdktf writes JSON text with references into HCL without escaping its quotes.
      policy: Fn.jsonencode({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "events.amazonaws.com" },
            Action: "sqs:SendMessage",
            Resource: queue.arn,
            Condition: { ArnEquals: { "aws:SourceArn": response.ruleArn } },
          },
        ],
      }),
    });
    response.rule.addTarget("cases", new ArnTarget(queue.arn));
  }

  /** What became of each finding, for machines: rules on this bus can match `detail.responsePayload.outcome`. */
  private publishOutcomes(response: CredentialExfiltrationResponse): void {
    const bus = new CloudwatchEventBus(this, "outcomes", { name: "security-outcomes" });
    response.revoker.sendOutcomesTo(OutcomeDestination.eventBus(bus.arn));
  }
}
