import { LocalCloudError } from './errors.ts';
import type { PhysicalResource } from './template/physical.ts';

/** What the template's resources are called on this machine. */
export interface LocalResources {
  readonly all: readonly PhysicalResource[];
  /**
   * Finds one by logical id, construct path (`Stack/Service/Table`, from any of its parts on), or the beginning
   * of its logical id.
   * @param type narrows it down, such as `AWS::SQS::Queue`.
   * @throws LocalCloudError `unknown_resource` when none or several fit.
   */
  find(key: string, type?: string): PhysicalResource;
}

export function createResources(all: readonly PhysicalResource[]): LocalResources {
  return {
    all,
    find: (key, type) => {
      const candidates = type === undefined ? all : all.filter((resource) => resource.type === type);
      const exact = candidates.find(({ logicalId }) => logicalId === key);
      if (exact !== undefined) return exact;
      const fitting = [
        candidates.filter(({ constructPath }) => constructPath !== undefined && fitsPath(constructPath, key)),
        candidates.filter(({ logicalId }) => logicalId.startsWith(key)),
      ].find(({ length }) => length > 0);
      const [found, ...others] = fitting ?? [];
      if (found === undefined || others.length > 0) {
        const known = (fitting ?? candidates).map(({ logicalId }) => logicalId).join(', ');
        throw new LocalCloudError(
          'unknown_resource',
          `${found ? 'Several resources fit' : 'No resource is'} ${key}: ${known}`,
        );
      }
      return found;
    },
  };
}

/** The path of the resource itself ends in `/Resource`; people mean the construct. */
function fitsPath(constructPath: string, key: string): boolean {
  const path = `/${constructPath.replace(/\/(Resource|Default)$/, '')}`;
  return path.endsWith(`/${key}`);
}
