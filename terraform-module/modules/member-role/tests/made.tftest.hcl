# Whom the role trusts and what it may do, by the inputs. AWS is a mock: no account is needed.

mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  security_account_id = "111122223333"
  revocable_roles     = { path = "/application/" }
}

run "defaults" {
  assert {
    condition     = aws_iam_role.member_role.name == "GuardDuty-Response-Member" && aws_iam_role.member_role.path == "/guardduty-response/"
    error_message = "The role has the name and path by which the response assumes it."
  }
  assert {
    condition = jsondecode(aws_iam_role.member_role.assume_role_policy).Statement == [{
      Sid       = "OnlyTheResponse"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "arn:aws:iam::111122223333:root" }
      Condition = { ArnLike = { "aws:PrincipalArn" = "arn:aws:iam::111122223333:role/GuardDuty-Response-Revoke-*" } }
    }]
    error_message = "The role trusts the function's roles of the security account alone."
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.permissions.policy).Statement : statement.Resource if statement.Effect == "Allow" && statement.Action == "iam:PutRolePolicy"] == ["arn:aws:iam::*:role/application/*"]
    error_message = "The role writes to roles below the path and to no others."
  }
  assert {
    condition     = !strcontains(aws_iam_role_policy.permissions.policy, "cloudtrail:")
    error_message = "Asking CloudTrail is opt-in."
  }
}

run "of_an_organization" {
  variables {
    organization_id = "o-a1b2c3d4e5"
  }
  assert {
    condition     = jsondecode(aws_iam_role.member_role.assume_role_policy).Statement[0].Condition.StringEquals == { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" }
    error_message = "The function's account must still belong to the organization."
  }
}

run "with_names_of_its_own" {
  variables {
    prefix             = "Security"
    function_role_name = "revoker"
    role_path          = "/security/"
    activity           = true
  }
  assert {
    condition     = aws_iam_role.member_role.name == "Security-Member" && aws_iam_role.member_role.path == "/security/"
    error_message = "The name follows from the prefix, the path from its input."
  }
  assert {
    condition     = jsondecode(aws_iam_role.member_role.assume_role_policy).Statement[0].Condition.ArnLike["aws:PrincipalArn"] == "arn:aws:iam::111122223333:role/revoker"
    error_message = "The role trusts the function's role by its name."
  }
  assert {
    condition     = strcontains(aws_iam_role_policy.permissions.policy, "cloudtrail:LookupEvents")
    error_message = "Activity needs CloudTrail."
  }
}
