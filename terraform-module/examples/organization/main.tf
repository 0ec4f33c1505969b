# A root module for an organization: the response in the security account, the role that it assumes in a member account, and the
# findings of a second region forwarded to the first.

terraform {
  required_version = ">= 1.5.0"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0"
    }
  }
}

variable "organization_id" {
  description = "Id of the organization."
  type        = string
  default     = "o-a1b2c3d4e5"
}

variable "security_account_id" {
  description = "The account that GuardDuty's findings of all members are sent to, and that this is deployed from."
  type        = string
  default     = "111122223333"
}

variable "member_account_id" {
  description = "A member account."
  type        = string
  default     = "222222222222"
}

variable "deployment_role_name" {
  description = "Name of the role of the member account by which this is deployed there."
  type        = string
  default     = "OrganizationAccountAccessRole"
}

variable "alert_emails" {
  description = "Who is mailed."
  type        = list(string)
  default     = ["security@example.com"]
}

# Both sides need the same limits. If they differ, those of the member role decide.
locals {
  revocable_roles     = { path = "/application/" }
  protected_role_arns = ["arn:aws:iam::*:role/break-glass"]
}

# The security account, in its home region and in a further one.
provider "aws" {
  region              = "us-west-2"
  allowed_account_ids = [var.security_account_id]
}

provider "aws" {
  alias               = "virginia"
  region              = "us-east-1"
  allowed_account_ids = [var.security_account_id]
}

provider "aws" {
  alias               = "member"
  region              = "us-west-2"
  allowed_account_ids = [var.member_account_id]

  assume_role {
    role_arn = "arn:aws:iam::${var.member_account_id}:role/${var.deployment_role_name}"
  }
}

module "response" {
  source = "../.."

  alert_emails        = var.alert_emails
  revocable_roles     = local.revocable_roles
  protected_role_arns = local.protected_role_arns
  members             = { organization_id = var.organization_id }
  further_regions     = true
}

# IAM is global: one role for all regions of the account.
module "member_role" {
  source    = "../../modules/member-role"
  providers = { aws = aws.member }

  security_account_id = var.security_account_id
  organization_id     = var.organization_id
  revocable_roles     = local.revocable_roles
  protected_role_arns = local.protected_role_arns
}

module "forwarder_virginia" {
  source    = "../../modules/finding-forwarder"
  providers = { aws = aws.virginia }

  finding_bus_arn = module.response.finding_bus_arn
  alert_emails    = var.alert_emails
}

output "function_name" {
  description = "The function that revokes sessions."
  value       = module.response.function_name
}

output "member_role_arn" {
  description = "The role that the function assumes in the member account."
  value       = module.member_role.role_arn
}

output "topic_arns" {
  description = "The topics whose subscriptions have to be confirmed, by region."
  value = {
    us-west-2 = module.response.topic_arn
    us-east-1 = module.forwarder_virginia.topic_arn
  }
}
