# Inputs that are refused before anything is made.

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
}

variables {
  finding_bus_arn = "arn:aws:events:us-west-2:111122223333:event-bus/GuardDuty-Response"
  alarm_actions   = ["arn:aws:sns:us-east-1:111122223333:security"]
}

run "the_default_bus" {
  command = plan
  variables {
    finding_bus_arn = "arn:aws:events:us-west-2:111122223333:event-bus/default"
  }
  expect_failures = [var.finding_bus_arn]
}

run "a_bus_of_the_same_region" {
  command = plan
  variables {
    finding_bus_arn = "arn:aws:events:us-east-1:111122223333:event-bus/GuardDuty-Response"
  }
  expect_failures = [aws_cloudwatch_event_rule.rule]
}

run "a_bus_of_another_account" {
  command = plan
  variables {
    finding_bus_arn = "arn:aws:events:us-west-2:444455556666:event-bus/GuardDuty-Response"
  }
  expect_failures = [aws_cloudwatch_event_rule.rule]
}

run "a_topic_of_another_region" {
  command = plan
  variables {
    alarm_actions = ["arn:aws:sns:eu-west-1:111122223333:security"]
  }
  expect_failures = [aws_cloudwatch_event_rule.rule]
}

run "addresses_for_topics_that_exist" {
  command = plan
  variables {
    alert_emails = ["security@example.com"]
  }
  expect_failures = [aws_cloudwatch_event_rule.rule]
}
