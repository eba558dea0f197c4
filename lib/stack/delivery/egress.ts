import {
  CfnEIP,
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  type ISecurityGroup,
  type IVpc,
  NatProvider,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { DEFAULTS } from '../../settings.ts';
import { accept, acceptInlinePolicy } from '../accepted-findings.ts';
import type { Settings } from '../settings/props.ts';
import { createLogGroup } from '../storage/log-groups.ts';
import type { Storage } from '../storage/storage.ts';

const HTTPS = 443;
/** Room for the network interfaces of 4,000 parallel invocations in each zone, and for a NAT gateway. */
const PRIVATE_MASK = 20;
const PUBLIC_MASK = 28;
/** The services that these functions call, apart from DynamoDB, whose gateway endpoint is free. */
const CALLED = {
  Sqs: InterfaceVpcEndpointAwsService.SQS,
  Kms: InterfaceVpcEndpointAwsService.KMS,
  SecretsManager: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  Scheduler: new InterfaceVpcEndpointAwsService('scheduler'),
} as const;

/** Where the functions that call out are. */
export const EGRESS_SUBNETS = { subnetType: SubnetType.PRIVATE_WITH_EGRESS };

/** The network of the functions that call out. */
export interface Egress {
  readonly vpc: IVpc;
  readonly securityGroups: readonly ISecurityGroup[];
  /** The public addresses from which callbacks come. */
  readonly addresses: readonly string[];
}

/** Interface endpoints that only the functions may use. */
function addEndpoints(scope: Construct, vpc: Vpc, functions: SecurityGroup): void {
  const group = new SecurityGroup(scope, 'Endpoints', {
    vpc: vpc as IVpc,
    description: 'Endpoints of AWS, for the functions that call out.',
    allowAllOutbound: false,
  });
  group.addIngressRule(functions, Port.tcp(HTTPS), 'The functions');
  for (const [id, service] of Object.entries(CALLED)) {
    vpc.addInterfaceEndpoint(id, { service, securityGroups: [group], open: false });
  }
}

function acceptFindings(vpc: Vpc): void {
  acceptInlinePolicy(vpc.node.findChild('Refused'));
  for (const { node } of vpc.publicSubnets) {
    accept(node.findChild('DefaultRoute'), {
      'PCI.DSS.321-VPCNoUnrestrictedRouteToIGW': 'The subnet has the NAT gateway and nothing else.',
    });
  }
  accept(vpc, { 'PCI.DSS.321-VPCDefaultSecurityGroupClosed': 'Nothing is in the default security group.' });
}

/**
 * A VPC whose private subnets reach the internet from fixed addresses. The addresses are resources of their own, so that
 * they stay when a NAT gateway is replaced.
 */
export function createEgress(scope: Construct, settings: Settings, storage: Storage): Egress | undefined {
  if (!settings.fixedEgress) return undefined;
  const zones = settings.egressZones ?? DEFAULTS.egressZones;
  const addresses = Array.from({ length: zones }, (_, zone) => {
    const address = new CfnEIP(scope, `EgressAddress${zone + 1}`, { domain: 'vpc' });
    address.applyRemovalPolicy(storage.removalPolicy);
    return address;
  });
  const vpc = new Vpc(scope, 'Egress', {
    ipAddresses: IpAddresses.cidr('10.0.0.0/16'),
    maxAzs: zones,
    natGateways: zones,
    natGatewayProvider: NatProvider.gateway({
      eipAllocationIds: addresses.map(({ attrAllocationId }) => attrAllocationId),
    }),
    subnetConfiguration: [
      { name: 'Nat', subnetType: SubnetType.PUBLIC, cidrMask: PUBLIC_MASK, mapPublicIpOnLaunch: false },
      { name: 'Functions', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: PRIVATE_MASK },
    ],
    gatewayEndpoints: { DynamoDb: { service: GatewayVpcEndpointAwsService.DYNAMODB } },
    flowLogs: {
      Refused: {
        trafficType: FlowLogTrafficType.REJECT,
        destination: FlowLogDestination.toCloudWatchLogs(
          createLogGroup(scope, 'EgressLogs', settings, storage.key),
        ),
      },
    },
  });
  const group = new SecurityGroup(scope, 'CallsOut', {
    vpc: vpc as IVpc,
    description: 'Functions that call receivers and initiators.',
    allowAllOutbound: false,
  });
  for (const port of new Set([HTTPS, ...settings.callbackPorts])) {
    group.addEgressRule(Peer.anyIpv4(), Port.tcp(port), 'Callbacks, and the endpoints of AWS');
  }
  if (settings.privateEndpoints) addEndpoints(scope, vpc, group);
  acceptFindings(vpc);
  // The cast works around the CDK's types: its Vpc does not fit its own IVpc under exact optional types.
  return { vpc: vpc as IVpc, securityGroups: [group], addresses: addresses.map(({ ref }) => ref) };
}
