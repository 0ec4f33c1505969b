/**
 * Where Lambda sends the record of each invocation that ended well, and what the function's role needs for it.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export class OutcomeDestination {
  /** An event bus: its rules can tell outcomes apart, and have many targets. */
  static eventBus(arn: string): OutcomeDestination {
    return new OutcomeDestination(arn, "events:PutEvents");
  }

  /** A queue; encrypted with a key of SQS's own or none, else the function's role needs the key too. */
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
    /** The IAM action that sending takes. */
    readonly action: string,
  ) {}
}
