import { DescribeRuleCommand, EventBridgeClient } from "@aws-sdk/client-eventbridge";

import { AwsAccount } from "../../local-aws/api/account";
import { EventPattern } from "../../local-aws/eventbridge/event-pattern";
import { sampleFinding } from "../../local-aws/guardduty/sample-finding";
import { LocalAwsError } from "../../local-aws/local-aws-error";
import type { WorkshopDeployment } from "./workshop-deployment";

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: string;
}

/** GuardDuty's samples, which the emulator does not make: each goes to the function if the deployed rule matches it. */
export class SampleFindings {
  private readonly made = new Map<string, Record<string, unknown>>();

  constructor(
    private readonly workshop: WorkshopDeployment,
    private readonly invoke: (event: unknown) => void,
  ) {}

  /** Answers a call of GuardDuty's API: `CreateSampleFindings`, `ListFindings` or `GetFindings`. */
  async answer(url: string, body: Record<string, unknown>): Promise<Answer> {
    if (url.endsWith("/create")) return this.create((body["findingTypes"] as string[])[0]!);
    if (url.endsWith("/get")) return ok({ findings: (body["findingIds"] as string[]).map((id) => this.made.get(id)) });
    const { criterion } = body["findingCriteria"] as { criterion: { type: { equals: string[] } } };
    const ids = [...this.made].filter(([, { type }]) => criterion.type.equals.includes(type as string));
    return ok({ findingIds: ids.map(([id]) => id) });
  }

  private async create(type: string): Promise<Answer> {
    try {
      const account = new AwsAccount({ accountId: "123456789012", region: "us-west-2" });
      const event = sampleFinding(account, type, new Date());
      const { id, service } = event["detail"] as { id: string; service: { additionalInfo: { value: string } } };
      const { value } = service.additionalInfo;
      this.made.set(id, { id, type, service: { additionalInfo: { value } } });
      const { rule_name: Name } = await this.workshop.outputs();
      const rule = await new EventBridgeClient(this.workshop.clientConfiguration).send(
        new DescribeRuleCommand({ Name }),
      );
      if (EventPattern.parse(rule.EventPattern).match(event).matched) this.invoke(event);
      return ok({});
    } catch (error) {
      if (!(error instanceof LocalAwsError)) throw error;
      const headers = { "x-amzn-errortype": "BadRequestException" };
      return { status: 400, headers, body: JSON.stringify({ message: error.message }) };
    }
  }
}

const ok = (body: object): Answer => ({ status: 200, body: JSON.stringify(body) });
