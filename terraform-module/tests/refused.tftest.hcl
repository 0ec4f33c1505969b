# Inputs that are refused before anything is made.

mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { id = "us-west-2" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
}

# An existing topic: whether addresses are confirmed is known after an apply only.
variables {
  revocable_roles = { any = true }
  existing_topic  = { arn = "arn:aws:sns:us-west-2:123456789012:security" }
}

run "no_choice_of_roles" {
  command = plan
  variables {
    revocable_roles = {}
  }
  expect_failures = [var.revocable_roles]
}

run "two_choices_of_roles" {
  command = plan
  variables {
    revocable_roles = { path = "/application/", any = true }
  }
  expect_failures = [var.revocable_roles]
}

run "a_path_with_a_wildcard" {
  command = plan
  variables {
    revocable_roles = { path = "/*/" }
  }
  expect_failures = [var.revocable_roles]
}

run "a_tag_without_a_value" {
  command = plan
  variables {
    revocable_roles = { tag = { key = "team", value = null } }
  }
  expect_failures = [var.revocable_roles]
}

run "a_tag_with_a_wildcard" {
  command = plan
  variables {
    exempt_tag = { key = "guardduty-*", value = "exempt" }
  }
  expect_failures = [var.exempt_tag]
}

run "an_alias_in_the_place_of_a_key" {
  command = plan
  variables {
    alert_emails   = []
    existing_topic = { arn = "arn:aws:sns:us-west-2:123456789012:alerts", key_arn = "arn:aws:kms:us-west-2:123456789012:alias/alerts" }
  }
  expect_failures = [var.existing_topic]
}

run "an_invalid_address" {
  command = plan
  variables {
    alert_emails = ["security"]
  }
  expect_failures = [var.alert_emails]
}

run "an_unknown_response" {
  command = plan
  variables {
    response = "delete"
  }
  expect_failures = [var.response]
}

run "a_severity_out_of_range" {
  command = plan
  variables {
    minimum_severity = 11
  }
  expect_failures = [var.minimum_severity]
}

run "a_role_both_revocable_and_protected" {
  command = plan
  variables {
    revocable_roles     = { arns = ["arn:aws:iam::123456789012:role/app"] }
    protected_role_arns = ["arn:aws:iam::123456789012:role/app"]
  }
  expect_failures = [aws_lambda_function.revoker]
}

run "a_revocable_role_protected_by_its_name" {
  command = plan
  variables {
    revocable_roles     = { arns = ["arn:aws:iam::123456789012:role/path/app"] }
    protected_role_arns = ["arn:aws:iam::123456789012:role/app"]
  }
  expect_failures = [aws_lambda_function.revoker]
}

run "a_revocable_role_protected_by_a_pattern" {
  command = plan
  variables {
    revocable_roles     = { arns = ["arn:aws:iam::123456789012:role/path/app-1"] }
    protected_role_arns = ["arn:aws:iam::123456789012:role/path/app-*"]
  }
  expect_failures = [aws_lambda_function.revoker]
}

run "every_role_protected" {
  command = plan
  variables {
    protected_role_arns = ["arn:aws:iam::123456789012:role/*"]
  }
  expect_failures = [var.protected_role_arns]
}

run "a_memory_of_half_megabytes" {
  command = plan
  variables {
    memory_size = 128.5
  }
  expect_failures = [var.memory_size]
}

run "half_an_invocation" {
  command = plan
  variables {
    reserved_concurrency = 1.5
  }
  expect_failures = [var.reserved_concurrency]
}

run "an_alarm_action_that_is_not_an_arn" {
  command = plan
  variables {
    alarm_actions = ["x"]
  }
  expect_failures = [var.alarm_actions]
}

run "a_topic_of_another_account" {
  command = plan
  variables {
    existing_topic = { arn = "arn:aws:sns:us-west-2:210987654321:security" }
  }
  expect_failures = [aws_lambda_function.revoker]
}

run "addresses_for_a_topic_that_exists" {
  command = plan
  variables {
    alert_emails = ["security@example.com"]
  }
  expect_failures = [aws_lambda_function.revoker]
}

run "subscribers_of_a_topic_that_exists" {
  command = plan
  variables {
    subscribers = { pager = { protocol = "https", endpoint = "https://pager.example.com" } }
  }
  expect_failures = [aws_lambda_function.revoker]
}

run "a_filter_policy_that_is_not_json" {
  command = plan
  variables {
    subscribers = { pager = { protocol = "https", endpoint = "https://pager.example.com", filter_policy = "outcome" } }
  }
  expect_failures = [var.subscribers]
}

run "outcomes_for_a_bucket" {
  command = plan
  variables {
    outcome_destination = { arn = "arn:aws:s3:::outcomes" }
  }
  expect_failures = [var.outcome_destination]
}

run "a_redrive_role_by_its_arn" {
  command = plan
  variables {
    redrive_role_names = ["arn:aws:iam::123456789012:role/operations"]
  }
  expect_failures = [var.redrive_role_names]
}

run "nobody_to_mail" {
  command = plan
  variables {
    existing_topic = null
  }
  expect_failures = [check.somebody_is_mailed]
}

run "a_finding_that_names_no_credentials" {
  command = plan
  variables {
    findings = ["CryptoCurrency:EC2/BitcoinTool.B"]
  }
  expect_failures = [var.findings]
}

run "an_attack_sequence_that_names_no_credentials" {
  command = plan
  variables {
    findings = ["AttackSequence:EKS/CompromisedCluster"]
  }
  expect_failures = [var.findings]
}

run "findings_that_are_handled_anyway" {
  command = plan
  variables {
    findings = ["UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS"]
  }
  expect_failures = [var.findings]
}

run "findings_that_cover_those_that_are_handled_anyway" {
  command = plan
  variables {
    findings = ["UnauthorizedAccess:IAMUser/Resource"]
  }
  expect_failures = [var.findings]
}

run "findings_that_cover_each_other" {
  command = plan
  variables {
    findings = ["Recon:IAMUser/TorIPCaller", "Recon:IAMUser/TorIPCaller.Custom"]
  }
  expect_failures = [var.findings]
}

run "sessions_followed_without_activity" {
  command = plan
  variables {
    follow_sessions = true
  }
  expect_failures = [aws_lambda_function.revoker]
}

run "members_of_nothing" {
  command = plan
  variables {
    revocable_roles = { path = "/application/" }
    members         = {}
  }
  expect_failures = [var.members]
}

run "members_by_organization_and_by_name" {
  command = plan
  variables {
    revocable_roles = { path = "/application/" }
    members         = { organization_id = "o-a1b2c3d4e5", accounts = ["222222222222"] }
  }
  expect_failures = [var.members]
}

run "an_organization_by_its_name" {
  command = plan
  variables {
    revocable_roles = { path = "/application/" }
    members         = { organization_id = "example" }
  }
  expect_failures = [var.members]
}

run "an_account_by_its_name" {
  command = plan
  variables {
    revocable_roles = { path = "/application/" }
    members         = { accounts = ["security"] }
  }
  expect_failures = [var.members]
}

run "an_account_named_twice" {
  command = plan
  variables {
    revocable_roles = { path = "/application/" }
    members         = { accounts = ["222222222222", "222222222222"] }
  }
  expect_failures = [var.members]
}

run "no_account" {
  command = plan
  variables {
    revocable_roles = { path = "/application/" }
    members         = { accounts = [] }
  }
  expect_failures = [var.members]
}

run "more_accounts_than_the_policy_holds" {
  command = plan
  variables {
    revocable_roles = { path = "/application/" }
    members         = { accounts = [for number in range(21) : 222222222200 + number] }
  }
  expect_failures = [var.members]
}

run "an_exception_from_named_accounts" {
  command = plan
  variables {
    revocable_roles = { path = "/application/" }
    members         = { accounts = ["222222222222"], except = ["333333333333"] }
  }
  expect_failures = [var.members]
}

run "an_excepted_account_by_its_name" {
  command = plan
  variables {
    revocable_roles = { path = "/application/" }
    members         = { organization_id = "o-a1b2c3d4e5", except = ["sandbox"] }
  }
  expect_failures = [var.members]
}

run "a_member_role_with_a_path_in_its_name" {
  command = plan
  variables {
    revocable_roles = { path = "/application/" }
    members         = { organization_id = "o-a1b2c3d4e5", role_name = "security/revoker" }
  }
  expect_failures = [var.members]
}

run "a_member_role_below_no_path" {
  command = plan
  variables {
    revocable_roles = { path = "/application/" }
    members         = { organization_id = "o-a1b2c3d4e5", role_path = "security" }
  }
  expect_failures = [var.members]
}

run "any_role_of_members" {
  command = plan
  variables {
    members = { organization_id = "o-a1b2c3d4e5" }
  }
  expect_failures = [aws_lambda_function.revoker]
}

run "not_every_account" {
  command = plan
  variables {
    revocable_roles = { any_of_every_account = false }
  }
  expect_failures = [var.revocable_roles]
}
