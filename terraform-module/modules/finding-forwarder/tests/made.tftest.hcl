# What is made, and what is left out, by the inputs. AWS is a mock: no account is needed.

mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
  mock_data "aws_region" {
    defaults = { id = "us-east-1" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/mock" }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:us-east-1:111122223333:mock" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:us-east-1:111122223333:key/mock" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:us-east-1:111122223333:mock" }
  }
  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:us-east-1:111122223333:rule/mock" }
  }
}

variables {
  finding_bus_arn = "arn:aws:events:us-west-2:111122223333:event-bus/GuardDuty-Response"
  alert_emails    = ["security@example.com"]
}

run "defaults" {
  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.rule.event_pattern) == { source = ["aws.guardduty"], "detail-type" = ["GuardDuty Finding"] }
    error_message = "Every finding of the region is sent on as it is: the response chooses."
  }
  assert {
    condition     = aws_cloudwatch_event_target.rule_bus.arn == var.finding_bus_arn && one(aws_cloudwatch_event_target.rule_bus.dead_letter_config).arn == aws_sqs_queue.failure_queue.arn
    error_message = "Findings go to the bus, and what cannot be sent into the queue."
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.permission.policy).Statement : [statement.Action, statement.Resource]] == [["events:PutEvents", var.finding_bus_arn]]
    error_message = "EventBridge may send to the bus and do nothing else."
  }
  assert {
    condition     = one(aws_cloudwatch_metric_alarm.alarms_rule_lost.alarm_actions) == aws_sns_topic.topic[0].arn && keys(aws_sns_topic_subscription.topic_email) == ["security@example.com"]
    error_message = "Alarms are mailed through a topic of the region."
  }
}

run "with_topics_that_exist" {
  variables {
    alert_emails  = []
    alarm_actions = ["arn:aws:sns:us-east-1:111122223333:security"]
  }
  assert {
    condition     = length(aws_sns_topic.topic) == 0 && length(aws_kms_key.topic_key) == 0 && output.topic_arn == null
    error_message = "No topic is made beside those that exist."
  }
  assert {
    condition     = one(aws_cloudwatch_metric_alarm.alarms_queue.alarm_actions) == "arn:aws:sns:us-east-1:111122223333:security"
    error_message = "Alarms notify the topics that exist."
  }
}
