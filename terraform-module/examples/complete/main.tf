# A root module that responds to stolen role credentials in two regions, and sends the findings to a queue of its own too.

terraform {
  required_version = ">= 1.5.0"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0"
    }
  }
}

variable "alert_emails" {
  description = "Who is mailed."
  type        = list(string)
  default     = ["security@example.com"]
}

provider "aws" {
  region = "us-west-2"
}

provider "aws" {
  alias  = "ireland"
  region = "eu-west-1"
}

data "aws_caller_identity" "current" {}

module "response" {
  source = "../.."

  alert_emails    = var.alert_emails
  revocable_roles = { path = "/application/" }
  protected_role_arns = [
    "arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/application/break-glass",
  ]
  alert_severity = 7
  dashboard      = true
}

# IAM is global, the function's role carries its region: a second region fits beside the first.
module "response_ireland" {
  source    = "../.."
  providers = { aws = aws.ireland }

  revocable_roles = { path = "/application/" }
  alert_emails    = var.alert_emails
}

# One more target of the rule.
resource "aws_sqs_queue" "findings" {
  name = "stolen-credential-findings"
}

resource "aws_sqs_queue_policy" "findings" {
  queue_url = aws_sqs_queue.findings.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.findings.arn
      Condition = { ArnEquals = { "aws:SourceArn" = module.response.rule_arn } }
    }]
  })
}

resource "aws_cloudwatch_event_target" "findings" {
  rule      = module.response.rule_name
  target_id = "findings"
  arn       = aws_sqs_queue.findings.arn

  dead_letter_config {
    arn = module.response.dead_letter_queue_arn
  }
}

output "function_names" {
  description = "The functions that revoke sessions, by region."
  value = {
    us-west-2 = module.response.function_name
    eu-west-1 = module.response_ireland.function_name
  }
}
