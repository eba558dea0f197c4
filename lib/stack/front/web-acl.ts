import { Fn } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { ORIGIN_HEADER } from '../../settings.ts';
import { accept, acceptSecret } from '../accepted-findings.ts';
import type { Part } from '../lambda/service-function.ts';

/** What CloudFront sends with each request. The API refuses requests without it, so nobody goes around the web ACL. */
export function createOriginSecret(scope: Construct, key: IKey | undefined): Secret {
  const secret = new Secret(scope, 'OriginSecret', {
    description: 'Sent by CloudFront with each request, so that the API can refuse others.',
    generateSecretString: { passwordLength: 48, excludePunctuation: true },
    ...(key !== undefined && { encryptionKey: key }),
  });
  acceptSecret(
    secret,
    key,
    'CloudFront and the functions get a new value at a deployment only. It opens nothing by itself.',
  );
  return secret;
}

/**
 * A CloudFront distribution with the web ACL, in front of the HTTP API. It caches nothing.
 *
 * @param apiUrl address of the HTTP API
 * @param secret what the API asks for
 */
export function createDistribution({ scope, settings }: Part, apiUrl: string, secret: Secret): Distribution {
  const { webAclArn, domainName, certificateArn } = settings;
  const distribution = new Distribution(scope, 'Distribution', {
    comment: 'The API, behind a web ACL.',
    ...(webAclArn !== undefined && { webAclId: webAclArn }),
    ...(domainName !== undefined &&
      certificateArn !== undefined && {
        domainNames: [domainName],
        certificate: Certificate.fromCertificateArn(scope, 'Certificate', certificateArn),
      }),
    minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
    defaultBehavior: {
      origin: new HttpOrigin(Fn.select(2, Fn.split('/', apiUrl)), {
        protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
        // A header of an origin replaces a header of that name which a client sends.
        customHeaders: { [ORIGIN_HEADER]: secret.secretValue.unsafeUnwrap() },
      }),
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      compress: false,
    },
  });
  accept(distribution, {
    'AwsSolutions-CFR3':
      'The access log of the API has each request that CloudFront passes on; WAF logs what it refuses.',
    'AwsSolutions-CFR1': 'Receivers and initiators may be anywhere. A web ACL can restrict countries.',
  });
  return distribution;
}
