# Inputs that are refused before anything is made.

mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  security_account_id = "111122223333"
  revocable_roles     = { any = true }
}

run "no_account" {
  command = plan
  variables {
    security_account_id = "1111-2222-3333"
  }
  expect_failures = [var.security_account_id]
}

run "an_organizational_unit" {
  command = plan
  variables {
    organization_id = "ou-a1b2-c3d4e5f6"
  }
  expect_failures = [var.organization_id]
}

run "a_function_of_any_name" {
  command = plan
  variables {
    function_role_name = "*"
  }
  expect_failures = [var.function_role_name]
}

run "no_choice_of_roles" {
  command = plan
  variables {
    revocable_roles = {}
  }
  expect_failures = [var.revocable_roles]
}

run "a_role_that_is_protected" {
  command = plan
  variables {
    revocable_roles     = { arns = ["arn:aws:iam::444455556666:role/admin"] }
    protected_role_arns = ["arn:aws:iam::*:role/admin"]
  }
  expect_failures = [aws_iam_role.member_role]
}
