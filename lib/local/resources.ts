import { LocalCloudError } from './errors.ts';
import type { PhysicalResource } from './template/physical.ts';

/** The template's resources with their names on this machine. */
export interface LocalResources {
  readonly all: readonly PhysicalResource[];
  /**
   * Finds one resource by logical id, by construct path (`Stack/Service/Table`, or any trailing part of it), or by
   * the beginning of its logical id.
   * @param type resource type that narrows the search, such as `AWS::SQS::Queue`
   * @throws LocalCloudError `unknown_resource` if none or more than one matches
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

/** A resource's own path ends in `/Resource`; users write the construct's path. */
function fitsPath(constructPath: string, key: string): boolean {
  const path = `/${constructPath.replace(/\/(Resource|Default)$/, '')}`;
  return path.endsWith(`/${key}`);
}
