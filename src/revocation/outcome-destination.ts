/**
 * The one place that Lambda sends the record of each successful invocation to.
 *
 * @example
 * ```ts
 * const response = new CredentialExfiltrationResponse(this, "response", {
 *   alertEmails: ["security@example.com"],
 *   revocableRoles: RevocableRoles.named("arn:aws:iam::123456789012:role/app"),
 * });
 * const bus = "arn:aws:events:us-west-2:123456789012:event-bus/security-outcomes";
 * response.revoker.sendOutcomesTo(OutcomeDestination.eventBus(bus));
 * ```
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export class OutcomeDestination {
  /** An event bus: its rules can tell outcomes apart, and have many targets. */
  static eventBus(arn: string): OutcomeDestination {
    return new OutcomeDestination(arn, "events:PutEvents");
  }

  /** A queue. If it is encrypted with a customer-managed key, the function's role needs that key too. */
  static queue(arn: string): OutcomeDestination {
    return new OutcomeDestination(arn, "sqs:SendMessage");
  }

  /** A topic, other than the one that people are mailed through. */
  static topic(arn: string): OutcomeDestination {
    return new OutcomeDestination(arn, "sns:Publish");
  }

  /** A function. */
  static lambdaFunction(arn: string): OutcomeDestination {
    return new OutcomeDestination(arn, "lambda:InvokeFunction");
  }

  private constructor(
    readonly arn: string,
    /** The IAM action needed to send to it. */
    readonly action: string,
  ) {}
}
