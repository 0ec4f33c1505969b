import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway";
import { Route } from "@cdktf/provider-aws/lib/route";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { Construct } from "constructs";

/** A network with one public subnet, from which the instance reaches Session Manager; nothing is let in. */
export class LabNetwork extends Construct {
  readonly subnetId: string;
  readonly securityGroupId: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const tags = (name: string) => ({ Name: `GuardDuty-Example-${name}` });
    const vpc = new Vpc(this, "vpc", { cidrBlock: "10.0.0.0/24", enableDnsHostnames: true, tags: tags("VPC") });
    const gateway = new InternetGateway(this, "gateway", { vpcId: vpc.id, tags: tags("Gateway") });
    const subnet = new Subnet(this, "subnet", {
      vpcId: vpc.id,
      cidrBlock: "10.0.0.0/26",
      mapPublicIpOnLaunch: true,
      tags: tags("Subnet"),
    });
    const routes = new RouteTable(this, "routes", { vpcId: vpc.id, tags: tags("Routes") });
    new Route(this, "outward", { routeTableId: routes.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id });
    new RouteTableAssociation(this, "subnet-routes", { routeTableId: routes.id, subnetId: subnet.id });
    const group = new SecurityGroup(this, "security-group", {
      name: "GuardDuty-Example-Compromised",
      description: "Lets nothing in, and HTTPS out for Session Manager",
      vpcId: vpc.id,
      tags: tags("Compromised"),
    });
    new VpcSecurityGroupEgressRule(this, "https", {
      securityGroupId: group.id,
      description: "Session Manager and the APIs",
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
      cidrIpv4: "0.0.0.0/0",
    });
    this.subnetId = subnet.id;
    this.securityGroupId = group.id;
  }
}
