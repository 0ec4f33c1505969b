# What is made, and what is left out, by the inputs. AWS is a mock: no account is needed.

mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_region" {
    defaults = { id = "us-west-2" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/mock" }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:us-west-2:123456789012:mock" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:us-west-2:123456789012:key/mock" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:us-west-2:123456789012:mock" }
  }
  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:us-west-2:123456789012:rule/mock" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:us-west-2:123456789012:function:mock" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:us-west-2:123456789012:log-group:mock" }
  }
}

variables {
  revocable_roles = { arns = ["arn:aws:iam::123456789012:role/app"] }
  alert_emails    = ["security@example.com"]
}

run "defaults" {
  assert {
    condition     = length(aws_guardduty_detector.detector) == 0
    error_message = "A detector is created only when it is asked for."
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.revoker_permissions.policy).Statement : statement.Sid if statement.Action == "iam:PutRolePolicy"] == ["RevokeNamedRoles", "NeverProtectedRoles", "NeverExemptRoles"]
    error_message = "The function writes to the named roles and to no other."
  }
  assert {
    condition     = jsondecode(aws_lambda_function.revoker.environment[0].variables.REVOCABLE_ROLES) == { arns = ["arn:aws:iam::123456789012:role/app"] }
    error_message = "The function is told the same roles as its policy."
  }
  assert {
    condition     = jsondecode(aws_lambda_function.revoker.environment[0].variables.PROTECTED_ROLES) == ["arn:aws:iam::123456789012:role/GuardDuty-Response-Revoke-*"]
    error_message = "The function's own role is always protected, in every region."
  }
  assert {
    condition     = length(aws_cloudwatch_event_rule.any_finding) == 0 && length(aws_cloudwatch_dashboard.dashboard) == 0
    error_message = "Other findings and the dashboard are opt-in."
  }
  assert {
    condition     = length(aws_lambda_function_event_invoke_config.revoker_failure_destination.destination_config[0].on_success) == 0 && length(aws_iam_role_policy.redrive_role) == 0
    error_message = "Outcomes are sent nowhere, and nobody may run findings again, unless asked for."
  }
  assert {
    condition     = keys(aws_sns_topic_subscription.topic_email) == ["security@example.com"]
    error_message = "Each address is subscribed."
  }
}

run "everything" {
  variables {
    create_detector     = true
    alert_severity      = 4
    dashboard           = true
    severity_overrides  = { "Recon:IAMUser/TorIPCaller" = 8 }
    protected_role_arns = ["arn:aws:iam::123456789012:role/admin", "arn:aws:iam::123456789012:role/operations/*"]
    revocable_roles     = { tag = { key = "Revocable", value = "yes" } }
    subscribers         = { cases = { protocol = "sqs", endpoint = "arn:aws:sqs:us-west-2:123456789012:cases" } }
    outcome_destination = { arn = "arn:aws:events:us-west-2:123456789012:event-bus/outcomes" }
    redrive_role_names  = ["operations"]
    tags                = { team = "security" }
  }
  assert {
    condition     = keys(aws_sns_topic_subscription.topic_subscriber) == ["cases"] && keys(aws_iam_role_policy.redrive_role) == ["operations"]
    error_message = "Subscribers and roles for redrive are there by their names."
  }
  assert {
    condition     = aws_lambda_function_event_invoke_config.revoker_failure_destination.destination_config[0].on_success[0].destination == "arn:aws:events:us-west-2:123456789012:event-bus/outcomes"
    error_message = "Outcomes are sent where they are asked for."
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.revoker_permissions.policy).Statement : statement.Action if statement.Sid == "SendOutcomes"] == ["events:PutEvents"]
    error_message = "The function may send outcomes there, by the action of that service."
  }
  assert {
    condition     = aws_lambda_function.revoker.tags == tomap({ team = "security" }) && aws_sqs_queue.failure_queue.tags == tomap({ team = "security" })
    error_message = "What can carry tags has them."
  }
  assert {
    condition     = length(aws_guardduty_detector.detector) == 1 && length(aws_cloudwatch_dashboard.dashboard) == 1
    error_message = "What is asked for is made."
  }
  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.any_finding[0].event_pattern).detail["$or"][1].type == ["Recon:IAMUser/TorIPCaller"]
    error_message = "A type that an override raises is mailed whatever its own severity."
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.revoker_permissions.policy).Statement : statement.Condition.StringEquals if statement.Sid == "RevokeRolesByTag"] == [{ "aws:ResourceTag/Revocable" = "yes" }]
    error_message = "The tag decides which roles may be revoked."
  }
  assert {
    condition     = contains(jsondecode(aws_lambda_function.revoker.environment[0].variables.PROTECTED_ROLES), "arn:aws:iam::123456789012:role/admin")
    error_message = "Named roles are protected."
  }
  assert {
    condition = one([for statement in jsondecode(aws_iam_role_policy.revoker_permissions.policy).Statement : statement.Resource if statement.Sid == "NeverProtectedRoles"]) == [
      "arn:aws:iam::123456789012:role/GuardDuty-Response-Revoke-*",
      "arn:aws:iam::123456789012:role/*/GuardDuty-Response-Revoke-*",
      "arn:aws:iam::123456789012:role/admin",
      "arn:aws:iam::123456789012:role/*/admin",
      "arn:aws:iam::123456789012:role/operations/*",
    ]
    error_message = "Roles are protected by name, and patterns below a path as they are."
  }
}

run "existing_topic" {
  variables {
    alert_emails   = []
    existing_topic = { arn = "arn:aws:sns:us-west-2:123456789012:security" }
    alarms         = false
  }
  assert {
    condition     = length(aws_sns_topic.topic) == 0 && length(aws_kms_key.topic_key) == 0 && length(aws_sns_topic_policy.topic_policy) == 0
    error_message = "An existing topic is used as it is."
  }
  assert {
    condition     = length([for statement in jsondecode(aws_iam_role_policy.revoker_permissions.policy).Statement : true if statement.Sid == "EncryptReports"]) == 0
    error_message = "A topic without a key needs no permission on one."
  }
  assert {
    condition     = output.topic_arn == "arn:aws:sns:us-west-2:123456789012:security" && output.topic_key_arn == null
    error_message = "The outputs name what is used."
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.alarms_queue) == 0
    error_message = "Alarms can be left out."
  }
}

run "an_address_that_nobody_has_confirmed" {
  variables {
    alert_emails = ["nobody@example.com"]
  }
  override_resource {
    target = aws_sns_topic_subscription.topic_email
    values = { pending_confirmation = true }
  }
  expect_failures = [check.everybody_has_confirmed]
}

run "further_findings" {
  variables {
    findings           = ["AttackSequence:IAM/CompromisedCredentials", "UnauthorizedAccess:IAMUser/MaliciousIPCaller"]
    alert_severity     = 4
    severity_overrides = { "UnauthorizedAccess:IAMUser/MaliciousIPCaller" = 8 }
  }
  assert {
    condition     = [for each in jsondecode(aws_cloudwatch_event_rule.further_findings[0].event_pattern).detail.type : each.prefix] == ["AttackSequence:IAM/CompromisedCredentials", "UnauthorizedAccess:IAMUser/MaliciousIPCaller"]
    error_message = "A rule of their own matches further findings."
  }
  assert {
    condition     = jsondecode(aws_lambda_function.revoker.environment[0].variables.FINDINGS) == ["AttackSequence:IAM/CompromisedCredentials", "UnauthorizedAccess:IAMUser/MaliciousIPCaller"]
    error_message = "The function is told the same types as the rule."
  }
  assert {
    condition     = length(setsubtract(["AttackSequence:IAM/CompromisedCredentials*", "UnauthorizedAccess:IAMUser/MaliciousIPCaller*"], jsondecode(aws_cloudwatch_event_rule.any_finding[0].event_pattern).detail.type[0]["anything-but"].wildcard)) == 0
    error_message = "What is handled is not mailed a second time, not even with a severity of its own."
  }
}

run "no_further_findings" {
  assert {
    condition     = length(aws_cloudwatch_event_rule.further_findings) == 0 && length(aws_lambda_permission.revoker_permission_response_further_findings) == 0
    error_message = "Further findings are opt-in."
  }
}

run "members" {
  variables {
    revocable_roles = { path = "/application/" }
    members         = { organization_id = "o-a1b2c3d4e5", except = ["333333333333"] }
  }
  assert {
    condition     = jsondecode(aws_lambda_function.revoker.environment[0].variables.MEMBERS) == { except = ["333333333333"], organization = "o-a1b2c3d4e5", role = "/guardduty-response/GuardDuty-Response-Member" }
    error_message = "The function is told which accounts it acts in, and by which role."
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.revoker_permissions.policy).Statement : statement if statement.Action == "sts:AssumeRole"][0].Resource == ["arn:aws:iam::*:role/guardduty-response/GuardDuty-Response-Member"]
    error_message = "The function may assume that role of every account."
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.revoker_permissions.policy).Statement : statement.Condition if statement.Sid == "AssumeMemberRoles"][0].StringEquals == { "aws:ResourceOrgID" = "o-a1b2c3d4e5" }
    error_message = "The accounts are those of the organization."
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.revoker_permissions.policy).Statement : statement.Resource if statement.Sid == "NeverExceptedAccounts"] == [["arn:aws:iam::333333333333:role/guardduty-response/GuardDuty-Response-Member"]]
    error_message = "The function is denied the roles of accounts that are excepted."
  }
  assert {
    condition     = contains(jsondecode(aws_lambda_function.revoker.environment[0].variables.PROTECTED_ROLES), "arn:aws:iam::*:role/guardduty-response/GuardDuty-Response-Member")
    error_message = "The member role is protected in every account."
  }
  assert {
    condition     = contains(one([for statement in jsondecode(aws_iam_role_policy.revoker_permissions.policy).Statement : statement.Resource if statement.Sid == "NeverProtectedRoles"]), "arn:aws:iam::*:role/*/GuardDuty-Response-Member")
    error_message = "The function is denied the member role in every account."
  }
}

run "named_members" {
  variables {
    members = { accounts = ["222222222222"], role_name = "revoker", role_path = "/" }
  }
  assert {
    condition     = one([for statement in jsondecode(aws_iam_role_policy.revoker_permissions.policy).Statement : statement.Resource if statement.Sid == "AssumeMemberRoles"]) == ["arn:aws:iam::222222222222:role/revoker"]
    error_message = "The function may assume the roles of the named accounts."
  }
  assert {
    condition     = !can([for statement in jsondecode(aws_iam_role_policy.revoker_permissions.policy).Statement : statement.Condition.StringEquals if statement.Sid == "AssumeMemberRoles"][0])
    error_message = "Named accounts may be of any organization."
  }
}

run "no_members" {
  assert {
    condition     = length([for statement in jsondecode(aws_iam_role_policy.revoker_permissions.policy).Statement : true if statement.Action == "sts:AssumeRole"]) == 0 && aws_lambda_function.revoker.environment[0].variables.MEMBERS == null
    error_message = "Without members the function assumes no role."
  }
  assert {
    condition     = length(aws_cloudwatch_event_bus.finding_bus) == 0 && output.finding_bus_arn == null
    error_message = "Without further regions there is no event bus."
  }
}

run "further_regions" {
  variables {
    further_regions = true
    alert_severity  = 4
  }
  assert {
    condition     = output.finding_bus_arn == "arn:aws:events:us-west-2:123456789012:event-bus/GuardDuty-Response-findings"
    error_message = "Further regions forward to a bus of its own."
  }
  assert {
    condition     = aws_cloudwatch_event_rule.forwarded[0].event_pattern == aws_cloudwatch_event_rule.rule.event_pattern && aws_cloudwatch_event_rule.forwarded[0].event_bus_name == "GuardDuty-Response-findings"
    error_message = "What is forwarded is matched like what the region finds."
  }
  assert {
    condition     = length(aws_cloudwatch_event_rule.forwarded_any_finding) == 1 && length(aws_cloudwatch_event_rule.forwarded_further_findings) == 0
    error_message = "Each rule of the region has one on the bus."
  }
}
