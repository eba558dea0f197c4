import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, type NagPack, PCIDSS321Checks, ServerlessChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';

/** What a rule says about a construct, or an exception that no rule needs. */
export interface Finding {
  readonly rule: string;
  readonly path: string;
  readonly says: string;
}

interface Exception {
  readonly rule: string;
  readonly path: string;
  readonly reason: string;
}

const PACKS = [AwsSolutionsChecks, ServerlessChecks, PCIDSS321Checks];
/** The CDK accepts findings of its own checks, which have other names. */
const OURS = /^(?:AwsSolutions|Serverless|PCI\.DSS\.321)-/;

/**
 * Runs the rule packs of cdk-nag over an app. Reports every finding that is not accepted, every exception without a reason,
 * and every exception that accepts nothing: it would hide a later finding.
 */
export function findingsOf(app: App): readonly Finding[] {
  const found = PACKS.flatMap((Pack) => allFindings(new Pack(app), app));
  const exceptions = exceptionsOf(app);
  const accepts = (exception: Exception, finding: Finding) =>
    exception.rule === finding.rule && `${finding.path}/`.startsWith(`${exception.path}/`);
  const open = found.filter((finding) => !exceptions.some((exception) => accepts(exception, finding)));
  const idle = exceptions.filter((exception) => !found.some((finding) => accepts(exception, finding)));
  return [
    ...open,
    ...idle.map(({ rule, path }) => ({ rule, path, says: 'The exception accepts nothing. Take it away.' })),
    ...exceptions
      .filter(({ reason }) => reason.trim() === '')
      .map(({ rule, path }) => ({ rule, path, says: 'The exception has no reason.' })),
  ];
}

/** All findings of a pack, accepted or not. If the pack asked for exceptions in another way, all would seem idle. */
function allFindings(pack: NagPack, app: App): readonly Finding[] {
  Object.assign(pack as object, { isAcknowledged: () => false });
  const { violations } = pack.validateScope(app);
  return violations.flatMap(({ ruleName, description, violatingResources }) =>
    violatingResources.map(({ constructPath = '' }) => ({
      rule: ruleName,
      path: constructPath,
      says: description,
    })),
  );
}

function exceptionsOf(app: App): readonly Exception[] {
  return app.node.findAll().flatMap(({ node }: IConstruct) =>
    node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) =>
        Object.entries(data as Readonly<Record<string, string>>).map(([id, reason]) => ({
          // The CDK puts its own namespace before an id.
          rule: id.replace(/^annotation::/i, ''),
          path: node.path,
          reason,
        })),
      )
      .filter(({ rule }) => OURS.test(rule)),
  );
}
