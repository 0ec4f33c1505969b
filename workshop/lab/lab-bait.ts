import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";
import { DynamodbTableItem } from "@cdktf/provider-aws/lib/dynamodb-table-item";
import { SsmParameter } from "@cdktf/provider-aws/lib/ssm-parameter";
import { Construct } from "constructs";

import { jsonText } from "../../src/shared/attribute-text";

/** What the thief finds: a table of invented customers, and a parameter that looks like a password but opens nothing. */
export class LabBait extends Construct {
  readonly tableArn: string;
  readonly parameterArn: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const table = new DynamodbTable(this, "customers", {
      name: "GuardDuty-Example-Customer-DB",
      billingMode: "PAY_PER_REQUEST",
      hashKey: "name",
      attribute: [{ name: "name", type: "S" }],
    });
    new DynamodbTableItem(this, "customer", {
      tableName: table.name,
      hashKey: table.hashKey,
      item: jsonText({ name: { S: "Ada Example" }, state: { S: "WA" }, website: { S: "example.com" } }),
    });
    const parameter = new SsmParameter(this, "parameter", {
      name: "gd_prod_dbpwd_sample",
      description: "Bait: opens nothing",
      type: "String",
      value: "bait-that-opens-nothing",
    });
    this.tableArn = table.arn;
    this.parameterArn = parameter.arn;
  }
}
