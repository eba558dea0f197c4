import { ApiMapping, DomainName, type HttpApi, SecurityPolicy } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { Part } from '../lambda/service-function.ts';

/** A domain name for the HTTP API. */
export interface ApiDomain {
  readonly url: string;
  /** The name that the domain's DNS record must point at. */
  readonly target: string;
}

/** Puts the HTTP API under the domain name of the settings, if there is one. */
export function createApiDomain({ scope, settings }: Part, api: HttpApi): ApiDomain | undefined {
  const { domainName, certificateArn } = settings;
  if (domainName === undefined || certificateArn === undefined) return undefined;
  const domain = new DomainName(scope, 'ApiDomain', {
    domainName,
    certificate: Certificate.fromCertificateArn(scope, 'Certificate', certificateArn),
    securityPolicy: SecurityPolicy.TLS_1_2,
  });
  new ApiMapping(scope, 'ApiMapping', { api, domainName: domain });
  return { url: `https://${domainName}`, target: domain.regionalDomainName };
}
