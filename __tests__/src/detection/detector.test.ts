import { DataAwsGuarddutyDetector } from "@cdktf/provider-aws/lib/data-aws-guardduty-detector";
import { GuarddutyDetector } from "@cdktf/provider-aws/lib/guardduty-detector";
import { TerraformOutput, TerraformVariable } from "cdktf";

import { Detector, FindingPublishingFrequency } from "../../../src";
import { Template, testStack } from "../../support/template";

const ID = "0123456789abcdef0123456789abcdef";

test("a detector that is made is on and reports repeats every 15 minutes", () => {
  // WHEN
  const template = Template.from((stack) => new Detector(stack, "detector"));

  // THEN
  expect(template.json).toHaveResourceWithProperties(GuarddutyDetector, {
    enable: true,
    finding_publishing_frequency: "FIFTEEN_MINUTES",
  });
  expect(template.counts).toEqual({ aws_guardduty_detector: 1 });
});

test("a detector can report repeats less often", () => {
  // WHEN
  const findingPublishingFrequency = FindingPublishingFrequency.SIX_HOURS;
  const template = Template.from((stack) => new Detector(stack, "detector", { findingPublishingFrequency }));

  // THEN
  expect(template.only(GuarddutyDetector)["finding_publishing_frequency"]).toBe("SIX_HOURS");
});

test("a detector that exists can be looked up, and nothing is made", () => {
  // WHEN
  const template = Template.from((stack) => {
    const { detectorId } = Detector.lookup(stack, "detector");
    new TerraformOutput(stack, "id", { value: detectorId });
  });

  // THEN
  expect(template.json).toHaveDataSource(DataAwsGuarddutyDetector);
  expect(template.counts).toEqual({});
  expect(template.section("output").id.value).toBe(template.dataReference(DataAwsGuarddutyDetector, "id"));
});

test("a detector that exists can be named by its id, and nothing is made", () => {
  // WHEN
  const template = Template.from((stack) => Detector.fromDetectorId(stack, "detector", ID));

  // THEN
  expect(template.json).toHaveDataSourceWithProperties(DataAwsGuarddutyDetector, { id: ID });
  expect(template.counts).toEqual({});
});

test("an id that only Terraform knows is passed on", () => {
  // WHEN
  const template = Template.from((stack) => {
    const id = new TerraformVariable(stack, "detector_id", { type: "string" });
    Detector.fromDetectorId(stack, "detector", id.stringValue);
  });

  // THEN
  expect(template.onlyData(DataAwsGuarddutyDetector)["id"]).toBe("${var.detector_id}");
});

test.each(["", "not-an-id", ID.slice(1), `${ID}0`, ID.toUpperCase()])("rejects the detector id %p", (id) => {
  // GIVEN
  const stack = testStack();

  // THEN
  expect(() => Detector.fromDetectorId(stack, "detector", id)).toThrow(
    `detectorId: must be 32 hexadecimal digits; received ${JSON.stringify(id)}`,
  );
});

test("rejects a frequency that GuardDuty does not know", () => {
  expect(() => new Detector(testStack(), "detector", { findingPublishingFrequency: "HOURLY" as never })).toThrow(
    'findingPublishingFrequency: must be FIFTEEN_MINUTES or ONE_HOUR or SIX_HOURS; received "HOURLY"',
  );
});
