# The peer in Python: the same three calls with boto3, as AWS's own samples make them.
import json
import os
from datetime import datetime, timezone

import boto3

role = json.loads(os.environ["EVENT"])["detail"]["resource"]["accessKeyDetails"]["userName"]
policy = "RevokeOldSessions"
iam = boto3.client("iam")
iam.get_role(RoleName=role)
try:
    iam.get_role_policy(RoleName=role, PolicyName=policy)
except iam.exceptions.NoSuchEntityException:
    pass
cutoff = datetime.now(timezone.utc).isoformat()
condition = {"DateLessThan": {"aws:TokenIssueTime": cutoff}}
statement = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=document)
