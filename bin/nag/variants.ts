import type { NotificationServiceProps } from '../../lib/stack/settings/props.ts';

const certificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-4000-8000-000000000000';

/** What the rules are checked for: what is deployed by default, without keeping data, and with every option. */
export const VARIANTS: Readonly<Record<string, NotificationServiceProps>> = {
  production: { alarmEmail: 'ops@example.com' },
  development: { preset: 'development' },
  'production with all options': {
    alarmEmail: 'ops@example.com',
    customerKey: true,
    domainName: 'tidings.example.com',
    certificateArn,
    webAclArn:
      'arn:aws:wafv2:us-east-1:123456789012:global/webacl/tidings/00000000-0000-4000-8000-000000000000',
    fixedEgress: true,
    privateEndpoints: true,
  },
  'production with a domain': {
    alarmEmail: 'ops@example.com',
    domainName: 'tidings.example.com',
    certificateArn,
  },
};
